//! One Chromium for all pages: its driver in a process group of its own, and one session.
//!
//! It knows nothing of pages. Where the machine has no Chromium it says so, and under `CI=true` that is a failure.

use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder};
use hyper::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use tempfile::TempDir;
use url::{ParseError, Url};

/// As `.ci/tools browser` or a hosted runner has them.
const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
const DRIVER: &str = "chromedriver";
/// Nothing of these reaches the network, and none of it shows in a page.
const QUIET: [&str; 8] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// What the tests need of the machine.
pub(super) struct Tools {
    browser: PathBuf,
    driver: PathBuf,
    /// The rules of axe, as one script.
    pub(super) axe: String,
}

impl Tools {
    /// What is there, or `None` after saying aloud what is not.
    ///
    /// # Panics
    /// Something is missing and `CI` is `true`: there nothing is skipped.
    pub(super) fn find() -> Option<Self> {
        let axe = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.tools/axe-core/axe.min.js");
        let found = BROWSERS
            .iter()
            .find_map(|name| on_the_path(name))
            .ok_or("Chromium")
            .and_then(|browser| Ok((browser, on_the_path(DRIVER).ok_or(DRIVER)?)))
            .and_then(|(browser, driver)| {
                let axe = std::fs::read_to_string(&axe).map_err(|_| "axe-core")?;
                Ok(Self { browser, driver, axe })
            });
        found.map_err(skip).ok()
    }
}

fn skip(missing: &str) {
    let told =
        format!("{missing} is absent, no page was opened in a browser; `.ci/tools browser` installs it");
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{told}");
    // Past the harness, which keeps the words of a passing test to itself.
    let _ = writeln!(std::io::stderr(), "SKIPPED: {told}");
}

fn on_the_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// The driver, until it is dropped.
struct Driver {
    process: Child,
    /// Kept open: the driver would die of a closed one.
    _says: BufReader<ChildStdout>,
    url: String,
}

impl Driver {
    fn start(path: &Path) -> Self {
        let mut process = Command::new(path)
            .args(["--port=0", "--log-level=SEVERE"])
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let mut says = BufReader::new(process.stdout.take().expect("a pipe"));
        let port = port(&mut says);
        Self { process, _says: says, url: format!("http://127.0.0.1:{port}") }
    }
}

/// The free port that the driver found.
fn port(says: &mut impl BufRead) -> u16 {
    const STARTED: &str = "was started successfully on port ";
    let mut lines = says.lines().map_while(Result::ok);
    let port = lines.find_map(|line| line.split_once(STARTED)?.1.trim_end_matches('.').parse().ok());
    port.expect("chromedriver says on which port it listens")
}

impl Drop for Driver {
    /// The whole group, by the id of its first: also where a test panics.
    fn drop(&mut self) {
        let group = format!("-{}", self.process.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.process.wait();
    }
}

/// A request of the driver's that WebDriver itself has no word for.
#[derive(Debug)]
struct Asked {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Asked {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

/// How a page is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    /// Of the screen, in CSS pixels.
    pub(super) width: u32,
    /// The same.
    pub(super) height: u32,
    /// Whether the reader prefers dark.
    pub(super) dark: bool,
}

/// A browser that is open.
pub(super) struct Browser {
    client: Client,
    _driver: Driver,
    _profile: TempDir,
}

impl Browser {
    /// Opens one; the script is there in every page before the page is.
    pub(super) async fn open(tools: &Tools) -> Self {
        let profile = crate::harness::temporary_folder();
        let driver = Driver::start(&tools.driver);
        let mut arguments: Vec<String> = QUIET.map(str::to_owned).into();
        arguments.push(format!("--user-data-dir={}", profile.path().display()));
        let capabilities = json!({
            "goog:chromeOptions": { "binary": tools.browser, "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
            "unhandledPromptBehavior": "ignore",
        });
        let Value::Object(capabilities) = capabilities else { unreachable!("an object") };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let session = builder.capabilities(capabilities).connect(&driver.url).await;
        let client = session.unwrap_or_else(|error| panic!("no session of Chromium: {error}"));
        let browser = Self { client, _driver: driver, _profile: profile };
        browser.tool("Page.addScriptToEvaluateOnNewDocument", json!({ "source": tools.axe })).await;
        // What its first page asked for is not ours.
        browser.client.goto("about:blank").await.expect("a blank page");
        browser.requests().await;
        browser.console().await;
        browser
    }

    /// One of Chromium's own tools.
    pub(super) async fn tool(&self, command: &str, parameters: Value) -> Value {
        self.asked("goog/cdp/execute", json!({ "cmd": command, "params": parameters })).await
    }

    async fn asked(&self, path: &'static str, body: Value) -> Value {
        let answer = self.client.issue_cmd(Asked { path, body }).await;
        answer.unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Looks from now on as this one does.
    pub(super) async fn look(&self, look: Look) {
        let Look { width, height, dark } = look;
        let mobile = width < 600;
        let screen = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile });
        self.tool("Emulation.setDeviceMetricsOverride", screen).await;
        let scheme = if dark { "dark" } else { "light" };
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.tool("Emulation.setEmulatedMedia", json!({ "media": "", "features": features })).await;
    }

    /// Opens a file.
    pub(super) async fn visit(&self, file: &Path) {
        let url = Url::from_file_path(file).expect("an absolute path");
        self.client.goto(url.as_str()).await.unwrap_or_else(|error| panic!("{url}: {error}"));
    }

    /// What a script gives, which may be a promise.
    pub(super) async fn asks(&self, script: &str) -> Value {
        let answer = self.client.execute(script, Vec::new()).await;
        answer.unwrap_or_else(|error| panic!("{error}"))
    }

    /// What a dialog says that stands in the way of the reader, where one does; it is closed.
    pub(super) async fn dialog(&self) -> Option<String> {
        let text = self.client.get_alert_text().await.ok()?;
        self.client.dismiss_alert().await.expect("the dialog closes");
        Some(text)
    }

    /// What the page said on its console, since the last time.
    pub(super) async fn console(&self) -> Vec<String> {
        let entries = self.asked("se/log", json!({ "type": "browser" })).await;
        let texts = entries.as_array().into_iter().flatten();
        texts.map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// What was asked for by any page, since the last time.
    pub(super) async fn requests(&self) -> Vec<String> {
        let entries = self.asked("se/log", json!({ "type": "performance" })).await;
        let told = entries.as_array().into_iter().flatten();
        let requests = told.filter_map(|entry| {
            let told: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let event = &told["message"];
            let is_request = event["method"] == "Network.requestWillBeSent";
            is_request.then(|| event["params"]["request"]["url"].as_str().map(str::to_owned))?
        });
        requests.collect()
    }

    /// Closes the page's window and the browser.
    pub(super) async fn close(self) {
        self.client.close().await.expect("the browser closes");
    }
}
