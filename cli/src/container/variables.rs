//! What a job is told: its variables, from the process or from the file that SageMaker writes, and the folder that all its paths
//! begin with.

use bellwether_contract::ContractError;
use bellwether_contract::container::{
    ANALYSIS_CONFIG_FILE, AnalysisConfig, DATASET_SOURCE, JOB_CONFIG_FILE, ML_FOLDER, RESOURCE_CONFIG_FILE,
    config_variables, hosts,
};
use bellwether_pipeline::error::Told;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

/// Largest file of a configuration: it holds 100 variables of 512 bytes.
const MAX_CONFIG_BYTES: u64 = 1024 * 1024;

/// What stands for `/opt/ml`.
#[derive(Debug, Clone)]
pub(crate) struct Root(PathBuf);

impl Root {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// A path of the contract.
    pub(crate) fn at(&self, path: &str) -> PathBuf {
        PathBuf::from(self.relocated(path.to_owned()))
    }

    /// A text that names a place below `/opt/ml`, where that stands for it; every other text is itself.
    fn relocated(&self, text: String) -> String {
        match Path::new(&text).strip_prefix(ML_FOLDER) {
            Ok(rest) if self.0 != Path::new(ML_FOLDER) => self.0.join(rest).display().to_string(),
            _ => text,
        }
    }
}

/// The variables of a job.
pub(crate) struct Variables {
    root: Root,
    /// Those that the process may lack.
    config: BTreeMap<String, String>,
    /// What is to be analysed, where a file says so.
    pub(crate) analysis: Option<AnalysisConfig>,
}

impl Variables {
    /// Reads what SageMaker wrote down of the job.
    pub(crate) fn read(root: Root) -> Result<Self, Told> {
        let path = root.at(JOB_CONFIG_FILE);
        let config = match read(&path)? {
            Some(bytes) => config_variables(&path.display().to_string(), &bytes)?,
            None => BTreeMap::new(),
        };
        let path = root.at(RESOURCE_CONFIG_FILE);
        if let Some(bytes) = read(&path)? {
            let hosts = hosts(&path.display().to_string(), &bytes)?;
            if hosts > 1 {
                // A shard of the window would give a wrong verdict.
                return Err(Told::usage(
                    "the job",
                    format!("runs on {hosts} machines, and Bellwether reads a window in one container"),
                    "set InstanceCount to 1",
                ));
            }
        }
        let path = root.at(ANALYSIS_CONFIG_FILE);
        let object = path.display().to_string();
        let analysis = read(&path)?.map(|bytes| AnalysisConfig::parse(&object, &bytes)).transpose()?;
        let mut variables = Self { root, config, analysis };
        variables.complete(&object)?;
        Ok(variables)
    }

    /// A job of the analysing container has a file where others have these variables.
    fn complete(&mut self, object: &str) -> Result<(), Told> {
        let Some(analysis) = &self.analysis else { return Ok(()) };
        if self.get(DATASET_SOURCE).is_some() {
            return Ok(());
        }
        for (name, text) in analysis.variables(object)? {
            if self.get(name).is_none() {
                self.config.insert(name.to_owned(), text.to_owned());
            }
        }
        Ok(())
    }

    /// A variable that is set and not blank.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        let is_told = |text: &String| !text.trim().is_empty();
        let of_the_process = std::env::var(name).ok().filter(is_told);
        let text = of_the_process.or_else(|| self.config.get(name).cloned().filter(is_told));
        text.map(|text| self.relocated(text))
    }

    /// A setting as it was told by whatever way.
    pub(crate) fn relocated(&self, text: String) -> String {
        self.root.relocated(text)
    }

    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.root.at(path)
    }
}

/// A file of the configuration; `None` where there is none.
fn read(path: &Path) -> Result<Option<Vec<u8>>, Told> {
    let unreadable = |reason: String| {
        let reason = format!("{reason}; give the job a folder of configuration that it can read");
        Told::from(ContractError::malformed(path.display().to_string(), reason))
    };
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        file => file.map_err(|error| unreadable(error.to_string()))?,
    };
    let mut bytes = Vec::new();
    file.take(MAX_CONFIG_BYTES + 1).read_to_end(&mut bytes).map_err(|error| unreadable(error.to_string()))?;
    if bytes.len() as u64 > MAX_CONFIG_BYTES {
        return Err(unreadable(format!("has more than {MAX_CONFIG_BYTES} bytes")));
    }
    Ok(Some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_the_contract_lie_where_the_root_says_and_no_others_move() {
        let root = Root::new(PathBuf::from("/tmp/job"));
        for (text, expected) in [
            ("/opt/ml/output/message", "/tmp/job/output/message"),
            ("/opt/ml", "/tmp/job/"),
            ("/opt/mlx/y", "/opt/mlx/y"),
            ("s3://b/opt/ml/x", "s3://b/opt/ml/x"),
            ("churn-prod", "churn-prod"),
        ] {
            assert_eq!(root.relocated(text.to_owned()), expected);
        }
        assert_eq!(Root::new(PathBuf::from(ML_FOLDER)).at("/opt/ml/x"), Path::new("/opt/ml/x"));
    }
}
