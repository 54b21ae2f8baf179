//! What partners want otherwise than the rule has it: names, checksums, time stamps and forms of an envelope.

use claimgate::payer::{CheckSumForm, CoreRoute, PayloadForm, Route, SoapActionForm};
use claimgate::transport::{SendError, Standard, Transport};

use super::{PAYLOAD, Setting, outgoing};

#[tokio::test]
async fn a_batch_goes_in_the_partners_own_form() {
    type Change = fn(&mut CoreRoute);
    let changes: [Change; 6] = [
        |_| {},
        |route| route.check_sum = CheckSumForm::Base64,
        |route| route.payload = PayloadForm::Base64,
        |route| route.soap_action = SoapActionForm::Header,
        |route| {
            route.payload = PayloadForm::Base64;
            route.soap_action = SoapActionForm::Header;
        },
        |route| {
            route.fields.payload_id = "PayloadId".into();
            route.fields.sender_id = "SenderId".into();
            route.time_stamp = "%Y-%m-%d %H:%M:%S.%3f".into();
        },
    ];
    for standard in [Standard::Soap, Standard::Mime] {
        for change in changes {
            let setting = Setting::new().await;
            let client = setting.client_of(standard, change);
            client.submit(&outgoing()).await.unwrap();
            assert_eq!(setting.desk.lock().unwrap().received[0].2, PAYLOAD);
        }
        // The sandbox wants a checksum, and sees that there is none.
        let setting = Setting::new().await;
        let client = setting.client_of(standard, |route| route.check_sum = CheckSumForm::None);
        let error = client.submit(&outgoing()).await.unwrap_err();
        assert!(
            matches!(&error, SendError::Refused { code, .. } if code == "CheckSumRequired"),
            "{error}"
        );
        // Nor does it know this field.
        let client = setting.client_of(standard, |route| route.fields.payload_id = "Id".into());
        let error = client.submit(&outgoing()).await.unwrap_err();
        assert!(
            error.to_string().contains("PayloadID is missing"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_form_of_time_that_is_none_is_told() {
    let setting = Setting::new().await;
    let mut route = setting.server.route(&setting.credentials);
    route.time_stamp = "%Y-%!".into();
    let error = Transport::open(&Route::CoreMime(route))
        .unwrap_err()
        .to_string();
    assert!(error.contains("time_stamp \"%Y-%!\""), "{error}");
}
