//! Who asks AWS: every way in which a person is signed in, up to the signature of a request; and what is told where nobody is.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const SESSION: &str = "arn:aws:iam::123456789012:user/ada";
/// SHA-1 of `work`, the name of the SSO session.
const SSO_CACHE: &str = "e274eeff768c6396088ec6eb091f4bf4d47ab1e0";
/// SHA-256 of the login session's ARN.
const LOGIN_CACHE: &str = "397b11bbda6668a5a8d17d42c91036373f4a376627089c204bef61ce0ae993c2";

/// A home folder, and an environment without anything that was not set.
struct Person {
    home: TempDir,
    environment: BTreeMap<&'static str, String>,
}

impl Person {
    fn new(config: &str) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let environment = BTreeMap::from([
            ("HOME", home.path().display().to_string()),
            ("PATH", "/usr/bin:/bin".to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ]);
        let person = Self { home, environment };
        person.write(".aws/config", config);
        person
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.environment.insert(name, value.into());
        self
    }

    fn path(&self, name: &str) -> String {
        self.home.path().join(name).display().to_string()
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.home.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        std::fs::write(path, text).expect("a file");
    }

    /// Lists the runs of a schedule in S3: one request that is signed.
    fn lists(&self, more: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bellwether"));
        command.args([
            "executions",
            "--reports",
            "s3://reports/r",
            "--endpoint-name",
            "e",
            "--schedule",
            "s",
        ]);
        command.args(more).env_clear().envs(&self.environment).output().expect("the command runs")
    }

    /// What is told, and that it is told before any slow retry.
    fn is_told(&self) -> Value {
        let began = Instant::now();
        let output = self.lists(&["--json"]);
        let stderr = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}: {stderr}", began.elapsed());
        assert_eq!(stderr.lines().count(), 1, "nothing stands before the error: {stderr}");
        serde_json::from_str(&stderr).unwrap_or_else(|error| panic!("{error}: {stderr}"))
    }
}

/// An AWS that answers what the ways to credentials ask it, and keeps who signed each request.
struct Aws {
    url: String,
    signed: Arc<Mutex<Vec<String>>>,
}

impl Aws {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let signed = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&signed);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answer(stream, &heard);
            }
        });
        Self { url, signed }
    }

    /// The key that the last request was signed with.
    fn last_signed_by(&self) -> String {
        self.signed.lock().expect("no panic").last().cloned().unwrap_or_default()
    }
}

fn answer(stream: TcpStream, signed: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).expect("a request");
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a header");
        let line = line.trim();
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').expect("a header");
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().expect("a length"),
            "authorization" => {
                let key = value.split_once("Credential=").and_then(|(_, key)| key.split('/').next());
                signed.lock().expect("no panic").push(key.unwrap_or_default().to_owned());
            }
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    let (kind, text) = replied(&first, &String::from_utf8_lossy(&body));
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        text.len()
    );
    let stream = reader.get_mut();
    stream.write_all(format!("{head}{text}").as_bytes()).expect("an answer");
}

fn replied(first: &str, body: &str) -> (&'static str, String) {
    if first.contains("/federation/credentials") {
        let credentials = json!({"roleCredentials": {"accessKeyId": "AKIASSO", "secretAccessKey": "s",
            "sessionToken": "t", "expiration": 4_102_444_800_000_u64}});
        return ("application/json", credentials.to_string());
    }
    for action in ["AssumeRoleWithWebIdentity", "AssumeRole"] {
        if body.contains(&format!("Action={action}&")) {
            let key = if action == "AssumeRole" { "AKIAROLE" } else { "AKIAWEB" };
            let text = format!(
                "<{action}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{action}Result><Credentials>\
                 <AccessKeyId>{key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
                 <Expiration>2100-01-01T00:00:00Z</Expiration></Credentials>\
                 <AssumedRoleUser><AssumedRoleId>A:b</AssumedRoleId><Arn>arn:aws:sts::123456789012:assumed-role/r/b</Arn>\
                 </AssumedRoleUser></{action}Result></{action}Response>"
            );
            return ("text/xml", text);
        }
    }
    let listing = "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>reports</Name>\
                   <KeyCount>0</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated></ListBucketResult>";
    ("application/xml", listing.to_owned())
}

const SSO: &str = "[default]\nsso_session = work\nsso_account_id = 123456789012\nsso_role_name = reader\n\
                   [sso-session work]\nsso_region = eu-west-1\nsso_start_url = https://example.awsapps.com/start\n";

/// A person who is signed in with this configuration signs with that key.
fn signs_with(config: &str, key: &str, prepare: impl FnOnce(Person) -> Person) {
    let aws = Aws::start();
    let person = Person::new(&format!("{config}\n"));
    let person = prepare(person.with("AWS_ENDPOINT_URL", &aws.url).with("AWS_REGION", "eu-west-1"));
    let output = person.lists(&[]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{key}: {told}");
    assert_eq!(aws.last_signed_by(), key);
    assert_eq!(told, "", "{key}");
}

/// A `credential_process` that leaves a trace of each run.
fn with_process(person: Person) -> Person {
    let answer = "{\"Version\": 1, \"AccessKeyId\": \"AKIAPROCESS\", \"SecretAccessKey\": \"s\"}";
    person.write("script.sh", &format!("echo run >> {}\necho '{answer}'\n", person.path("runs")));
    person
        .write(".aws/config", &format!("[default]\ncredential_process = sh {}\n", person.path("script.sh")));
    person
}

#[test]
fn every_way_to_be_signed_in_signs_the_request() {
    signs_with("", "AKIAENV", |person| {
        person.with("AWS_ACCESS_KEY_ID", "AKIAENV").with("AWS_SECRET_ACCESS_KEY", "s")
    });
    signs_with(
        "[profile a]\naws_access_key_id = AKIAFILE\naws_secret_access_key = s",
        "AKIAFILE",
        |person| person.with("AWS_PROFILE", "a"),
    );
    signs_with("", "AKIAPROCESS", with_process);
    let role = "[default]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = base\n\
                [profile base]\naws_access_key_id = AKIABASE\naws_secret_access_key = s";
    signs_with(role, "AKIAROLE", |person| person);
    signs_with(SSO, "AKIASSO", |person| {
        let token = json!({"accessToken": "t", "expiresAt": "2099-01-01T00:00:00Z", "region": "eu-west-1",
            "startUrl": "https://example.awsapps.com/start"});
        person.write(&format!(".aws/sso/cache/{SSO_CACHE}.json"), &token.to_string());
        person
    });
    signs_with(&format!("[default]\nlogin_session = {SESSION}"), "AKIALOGIN", |person| {
        let token = json!({
            "accessToken": {"accessKeyId": "AKIALOGIN", "secretAccessKey": "s", "sessionToken": "t",
                "accountId": "123456789012", "expiresAt": "2099-01-01T00:00:00Z"},
            "tokenType": "urn:aws:params:oauth:token-type:access_token_sigv4",
            "refreshToken": "r", "clientId": "c", "dpopKey": "k",
        });
        person.write(&format!(".aws/login/cache/{LOGIN_CACHE}.json"), &token.to_string());
        person
    });
    signs_with("", "AKIAWEB", |person| {
        person.write("token", "a.b.c");
        let token = person.path("token");
        person
            .with("AWS_WEB_IDENTITY_TOKEN_FILE", token)
            .with("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/r")
    });
}

#[test]
fn a_credential_process_is_run_once() {
    let aws = Aws::start();
    let person = Person::new("").with("AWS_ENDPOINT_URL", &aws.url).with("AWS_REGION", "eu-west-1");
    let person = with_process(person);
    assert_eq!(person.lists(&[]).status.code(), Some(0));
    assert_eq!(std::fs::read_to_string(person.path("runs")).expect("it ran"), "run\n");
}

#[test]
fn nobody_who_is_not_signed_in_waits_and_each_hears_what_is_missing() {
    let nowhere = Person { environment: BTreeMap::new(), ..Person::new("") };
    let nowhere = nowhere.with("AWS_EC2_METADATA_DISABLED", "true");
    let somewhere = |config: &str| Person::new(config).with("AWS_REGION", "eu-west-1");
    let cases = [
        (nowhere, "MissingRegion", "AWS region", "set AWS_REGION"),
        (Person::new("[default]\n"), "MissingRegion", "AWS region", "aws configure set region"),
        (
            Person { environment: BTreeMap::new(), ..Person::new("") }
                .with("AWS_EC2_METADATA_DISABLED", "true")
                .with("AWS_REGION", "eu-west-1"),
            "MissingCredentials",
            "AWS credentials",
            "aws sso login",
        ),
        (
            somewhere("[profile one]\n[profile two]\n").with("AWS_PROFILE", "three"),
            "MissingProfile",
            "\"three\"",
            "AWS_PROFILE",
        ),
        (somewhere(SSO), "CredentialsUnavailable", "\"default\"", "aws sso login --profile default"),
        (
            somewhere(&format!("[default]\nlogin_session = {SESSION}\n")),
            "CredentialsUnavailable",
            "\"default\"",
            "aws login --profile default",
        ),
        (
            somewhere("[default]\ncredential_process = false\n"),
            "CredentialsUnavailable",
            "\"default\"",
            "credential_process",
        ),
        (
            somewhere("[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = gone\n"),
            "CredentialsUnavailable",
            "\"default\"",
            "source_profile",
        ),
        (somewhere("[default\n"), "MalformedProfile", "AWS profiles", "~/.aws/config"),
    ];
    for (person, error_type, object, remedy) in cases {
        let told = person.is_told();
        let says = |part: &str, words: &str| told[part].as_str().is_some_and(|text| text.contains(words));
        assert_eq!(told["error_type"], error_type, "{told}");
        assert!(says("object", object) && says("remedy", remedy), "{told}");
        assert!(!says("message", "cargo feature"), "{told}");
    }
}

#[test]
fn a_profile_that_is_not_there_is_told_with_those_that_are() {
    let person = Person::new("[profile one]\n[profile two]\n").with("AWS_PROFILE", "three");
    let told = person.is_told();
    assert!(told["message"].as_str().is_some_and(|text| text.ends_with("there are one, two")), "{told}");
}
