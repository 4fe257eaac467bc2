//! S3's word that objects were created.
//!
//! It says which objects; whether they are ours to read is the reader's question.

/// An object that was created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectCreated {
    /// The bucket.
    pub bucket: String,
    /// The whole key, as the object is called.
    pub key: String,
}

/// Longest bucket and key that S3 has, with `s3://` and the slash.
const LONGEST_URI: usize = 5 + 63 + 1 + 1_024;

impl ObjectCreated {
    /// The object's URI for people: printable, and no longer than S3 has any.
    pub fn shown(&self) -> String {
        let uri = format!("s3://{}/{}", self.bucket, self.key);
        let shown: String = uri.chars().take(LONGEST_URI).flat_map(char::escape_debug).collect();
        if uri.chars().nth(LONGEST_URI).is_some() { format!("{shown}...") } else { shown }
    }
}
