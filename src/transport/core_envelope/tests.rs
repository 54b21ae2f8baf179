use super::*;

const PAYLOAD: &str = "ISA*00*x~IEA*1*1~\r\n";

fn envelope(operation: Operation, payload: Option<&[u8]>, outcome: Option<Outcome>) -> Envelope {
    Envelope {
        operation,
        metadata: Metadata {
            payload_type: "X12_837_Request_005010X222A1".into(),
            payload_id: "f81d4fae-7dec-11d0-a765-00a0c91e6bf6".into(),
            time_stamp: "2026-11-24T13:00:00Z".into(),
            sender_id: "US & <them>".into(),
            receiver_id: "PAYER".into(),
            rule_version: RULE_VERSION.into(),
        },
        payload: payload.map(|bytes| Payload::new(bytes.to_vec())),
        outcome,
    }
}

fn request() -> Envelope {
    envelope(Operation::BatchSubmission, Some(PAYLOAD.as_bytes()), None)
}

/// The payload as bytes, if its claims hold.
fn verified(envelope: Envelope) -> (Envelope, Option<Result<Vec<u8>, Mismatch>>) {
    let payload = envelope.payload.clone().map(Payload::verified);
    let without = Envelope {
        payload: None,
        ..envelope
    };
    (without, payload)
}

#[test]
fn every_operation_is_read_as_written() {
    for operation in Operation::ALL {
        for payload in [Some(PAYLOAD.as_bytes()), None] {
            let sent = envelope(operation, payload, None);
            let message = write_request(&sent, None).unwrap();
            let read = read_request(Some(&message.content_type), &message.body).unwrap();
            assert_eq!(verified(read), verified(sent));

            let sent = envelope(operation, payload, Some(Outcome::success()));
            let message = write_response(&sent).unwrap();
            let read = read_response(operation, Some(&message.content_type), &message.body);
            let Ok(Reply::Response(read)) = read else {
                panic!("{read:?}");
            };
            assert_eq!(verified(read), verified(sent));
        }
    }
}

#[test]
fn a_request_is_written_to_the_letter() {
    let login = Login {
        username: "us".into(),
        password: "secret".into(),
    };
    let message = write_request(&request(), Some(&login)).unwrap();
    assert_eq!(
        message.content_type,
        "multipart/related; type=\"application/xop+xml\"; start=\"<envelope@claimgate>\"; \
         start-info=\"application/soap+xml\"; action=\"BatchSubmitTransaction\"; \
         boundary=\"claimgate-part-0\""
    );
    let text = String::from_utf8(message.body).unwrap();
    for expected in [
        "<core:COREEnvelopeBatchSubmission xmlns:core=\"http://www.caqh.org/SOAP/WSDL/CORERule2.2.0.xsd\">",
        "<PayloadType>X12_837_Request_005010X222A1</PayloadType><ProcessingMode>Batch</ProcessingMode>\
         <PayloadID>f81d4fae-7dec-11d0-a765-00a0c91e6bf6</PayloadID><PayloadLength>19</PayloadLength>\
         <TimeStamp>2026-11-24T13:00:00Z</TimeStamp><SenderID>US &amp; &lt;them&gt;</SenderID>\
         <ReceiverID>PAYER</ReceiverID><CORERuleVersion>2.2.0</CORERuleVersion>\
         <CheckSum>",
        "</CheckSum><Payload><xop:Include xmlns:xop=\"http://www.w3.org/2004/08/xop/include\" \
         href=\"cid:payload@claimgate\"></xop:Include></Payload></core:COREEnvelopeBatchSubmission>",
        "<wsse:Username>us</wsse:Username>",
        "Content-ID: <payload@claimgate>\r\n\r\nISA*00*x~IEA*1*1~\r\n\r\n--claimgate-part-0--",
    ] {
        assert!(text.contains(expected), "{text}\nhas no\n{expected}");
    }
    assert!(!format!("{login:?}").contains("secret"));
}

#[test]
fn length_and_check_sum_are_verified() {
    let message = write_request(&request(), None).unwrap();
    let text = String::from_utf8(message.body).unwrap();
    let sum = check_sum(PAYLOAD.as_bytes());
    let base64 = {
        use base64::Engine;
        base64::engine::general_purpose::STANDARD.encode(Sha1::digest(PAYLOAD))
    };
    let read = |from: &str, to: &str| {
        let changed = text.replacen(from, to, 1);
        assert!(from == to || changed != text);
        let envelope = read_request(Some(&message.content_type), changed.as_bytes()).unwrap();
        envelope.payload.unwrap().verified()
    };
    let good = Ok(PAYLOAD.as_bytes().to_vec());
    assert_eq!(read(&sum, &sum), good);
    assert_eq!(read(&sum, &sum.to_uppercase()), good);
    assert_eq!(read(&sum, &base64), good);
    assert_eq!(read(&sum, "43B8485AB5"), Err(Mismatch::CheckSum));
    assert_eq!(read("x~IEA", "y~IEA"), Err(Mismatch::CheckSum));
    assert_eq!(read(">19<", ">18<"), Err(Mismatch::Length));
    assert_eq!(read(">19<", ">many<"), Err(Mismatch::Length));
}

const RESPONSE: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header/><s:Body>
<COREEnvelopeBatchResultsRetrievalResponse xmlns="http://www.caqh.org/SOAP/WSDL/CORERule2.2.0.xsd">
<PayloadType>X</PayloadType><ProcessingMode>Batch</ProcessingMode><PayloadID>1</PayloadID>
<TimeStamp>2013-05-10 01:02:03.4</TimeStamp><SenderID>A</SenderID><ReceiverID>B</ReceiverID>
<CORERuleVersion>2.2.0</CORERuleVersion>
<Payload>SVNB KiAq
</Payload><ErrorCode>Success</ErrorCode><ErrorMessage>None</ErrorMessage>
</COREEnvelopeBatchResultsRetrievalResponse></s:Body></s:Envelope>"#;

fn read(text: &str) -> Result<Reply, EnvelopeError> {
    read_response(
        Operation::BatchResultsRetrieval,
        Some("text/xml"),
        text.as_bytes(),
    )
}

#[test]
fn plain_xml_with_an_inline_payload_is_read() {
    for (inline, expected) in [
        ("SVNB KiAq\n", "ISA* *"),
        ("<![CDATA[ISA*00* *x~]]>", "ISA*00* *x~"),
        ("ISA*00* &amp;*&#x41;~", "ISA*00* &*A~"),
    ] {
        let Ok(Reply::Response(envelope)) = read(&RESPONSE.replace("SVNB KiAq\n", inline)) else {
            panic!("{inline} was not read");
        };
        assert_eq!(envelope.payload.unwrap().verified(), Ok(expected.into()));
    }
    let Ok(Reply::Response(empty)) = read(&RESPONSE.replace("SVNB KiAq\n", "")) else {
        panic!("an empty payload was not read");
    };
    assert_eq!(empty.payload, None);
}

#[test]
fn a_refusal_counts_even_if_little_else_is_said() {
    let start = RESPONSE.find("<PayloadType>").unwrap();
    let end = RESPONSE.find("<ErrorCode>").unwrap();
    let bare = format!("{}{}", &RESPONSE[..start], &RESPONSE[end..]);
    assert!(read(&bare).is_err());
    let Ok(Reply::Response(envelope)) = read(&bare.replace("Success", "UnAuthorized")) else {
        panic!("a refusal was not read");
    };
    assert_eq!(envelope.outcome.unwrap().code, "UnAuthorized");
}

#[test]
fn faults_are_read() {
    let fault = Fault {
        code: "Receiver".into(),
        reason: "busy & closed".into(),
    };
    let message = write_fault(&fault).unwrap();
    let read = read_response(
        Operation::RealTime,
        Some(&message.content_type),
        &message.body,
    );
    assert_eq!(read, Ok(Reply::Fault(fault)));
    let old = "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body><e:Fault>\
               <faultcode>e:Client</faultcode><faultstring>no</faultstring></e:Fault></e:Body></e:Envelope>";
    let expected = Fault {
        code: "Client".into(),
        reason: "no".into(),
    };
    let read = read_response(Operation::RealTime, None, old.as_bytes());
    assert_eq!(read, Ok(Reply::Fault(expected)));
}

#[test]
fn hostile_xml_is_refused() {
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    let wide = "<a/>".repeat(300);
    let attributes: String = (0..100).map(|n| format!(" a{n}='x'")).collect();
    let code = "<ErrorCode>Success</ErrorCode>";
    for (from, to, expected) in [
        (
            "<s:Envelope",
            "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><s:Envelope",
            "DOCTYPE",
        ),
        ("<s:Header/>", deep.as_str(), "deeper than"),
        ("<s:Header/>", wide.as_str(), "more than 256 elements"),
        (
            "<s:Header/>",
            &format!("<h{attributes}/>"),
            "too many attributes",
        ),
        ("<s:Header/>", "<h a='1' a='2'/>", "stands twice"),
        ("<s:Header/>", "<h:x/>", "prefix is not declared"),
        ("<s:Header/>", &"x".repeat(9_000), "longer than"),
        ("<s:Header/>", "&lol;", "entity"),
        ("<s:Header/>", "&#0;", "malformed"),
        ("<s:Header/>", "&#1;", "forbidden"),
        ("<s:Header/>", "\u{1}", "forbidden"),
        ("<s:Header/>", "<s:Body/>", "exactly one Body"),
        ("</s:Envelope>", "", "ends before"),
        ("</s:Envelope>", "</s:Envelope><x/>", "two root"),
        ("</s:Envelope>", "</s:Envelope>x", "outside the root"),
        ("</s:Envelope>", "</s:Oops>", "malformed"),
        ("encoding=\"utf-8\"", "encoding=\"utf-16\"", "not UTF-8"),
        ("2003/05/soap-envelope", "2003/05/soap", "no SOAP envelope"),
        ("www.caqh.org", "www.example.org", "neither of CORE"),
        (code, "", "no ErrorCode"),
        (code, &code.repeat(2), "stands twice"),
        ("<SenderID>A</SenderID>", "", "SenderID is missing"),
        ("SVNB KiAq", "!!!!", "neither Base64"),
        (
            "SVNB KiAq",
            "<Include xmlns='http://www.w3.org/2004/08/xop/include' href='cid:x'/>",
            "not there",
        ),
        (
            "Retrieval",
            "Oops",
            "expected COREEnvelopeBatchResultsRetrievalResponse",
        ),
    ] {
        let changed = RESPONSE.replace(from, to);
        assert_ne!(changed, RESPONSE, "{from} is not in the response");
        let error = read(&changed).unwrap_err().to_string();
        assert!(error.contains(expected), "{error:?} has no {expected:?}");
    }
    assert!(read_request(None, b"\xff<x/>").is_err());
    assert!(read_request(None, b"").is_err());
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(body: Vec<u8>, at in 0..RESPONSE.len()) {
        let _ = read_request(None, &body);
        let cut = [&RESPONSE.as_bytes()[..at], &body].concat();
        let _ = read_response(Operation::BatchResultsRetrieval, None, &cut);
    }

    #[test]
    fn any_metadata_survives(sender in "[ -~]{1,40}", payload: Vec<u8>) {
        let mut sent = envelope(Operation::BatchSubmission, Some(&payload), None);
        sent.metadata.sender_id = format!("x{}x", sender);
        let message = write_request(&sent, None).unwrap();
        let read = read_request(Some(&message.content_type), &message.body).unwrap();
        proptest::prop_assert_eq!(&read.metadata, &sent.metadata);
        let read = read.payload.map(Payload::verified);
        proptest::prop_assert_eq!(read.unwrap_or(Ok(Vec::new())), Ok(payload));
    }
}
