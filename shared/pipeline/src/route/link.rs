//! Where a person opens the page of a run: in the S3 console, or at a front of the operators' own. It is an address, and no key to it: who
//! may not read the reports is not let in.

use bellwether_contract::keys::{Key, ReportFile, RunFolder};
use bellwether_storage::Store;

/// The address of a run's page; `None` in a folder without a front, which a message names by its path.
#[must_use]
pub fn to_page(reports: &Store, base: Option<&str>, run: &RunFolder) -> Option<String> {
    let key = Key::Report(run, ReportFile::Page).to_string();
    match (base, reports) {
        (Some(base), _) => Some(format!("{}/{}", base.trim_end_matches('/'), encoded(&key, b"/"))),
        (None, Store::S3 { client, bucket, prefix }) => {
            let region = client.config().region().map_or("us-east-1", |region| region.as_ref());
            let key = match prefix.trim_end_matches('/') {
                "" => key,
                prefix => format!("{prefix}/{key}"),
            };
            Some(in_console(region, bucket, &key))
        }
        (None, Store::Folder(_)) => None,
    }
}

fn in_console(region: &str, bucket: &str, key: &str) -> String {
    let host = match region {
        region if region.starts_with("us-gov-") => "console.amazonaws-us-gov.com",
        region if region.starts_with("cn-") => "console.amazonaws.cn",
        _ => "console.aws.amazon.com",
    };
    let [region, bucket, key] = [region, bucket, key].map(|part| encoded(part, b""));
    format!("https://{host}/s3/object/{bucket}?region={region}&prefix={key}")
}

/// RFC 3986, section 2.3: letters, digits and four marks stand for themselves, and what is `kept` beside them.
#[must_use]
pub fn encoded(text: &str, kept: &[u8]) -> String {
    let stays = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || kept.contains(&byte);
    let byte = |byte: u8| if stays(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bellwether_storage::Location;

    fn run() -> RunFolder {
        RunFolder::from_violations_key("churn-prod/s/2026/10/31/09/constraint_violations.json").unwrap()
    }

    #[test]
    fn a_page_in_a_bucket_is_opened_in_the_console_of_its_partition() {
        for (region, host) in [
            ("eu-west-1", "console.aws.amazon.com"),
            ("us-gov-west-1", "console.amazonaws-us-gov.com"),
            ("cn-north-1", "console.amazonaws.cn"),
        ] {
            let found = in_console(region, "my-bucket", "a b+c/é/report.html");
            let expected = format!(
                "https://{host}/s3/object/my-bucket?region={region}&prefix=a%20b%2Bc%2F%C3%A9%2Freport.html"
            );
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_front_of_ones_own_goes_before_the_console_and_a_folder_has_none() {
        let reports = Store::new(&"out/reports".parse::<Location>().unwrap(), None).unwrap();
        assert_eq!(to_page(&reports, None, &run()), None);
        for base in ["https://reports.example.com/x", "https://reports.example.com/x/"] {
            let found = to_page(&reports, Some(base), &run()).unwrap();
            assert_eq!(found, "https://reports.example.com/x/churn-prod/s/2026/10/31/09/report.html");
        }
    }
}
