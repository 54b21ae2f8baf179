//! The worklist and the API in a browser.
