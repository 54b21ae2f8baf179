//! The configuration: `claimgate.toml` and one file a trading partner. It must not guess: an unknown key is an error.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::billing::{self, Biller, Defaults};
use crate::guide::public::{PublicTable, PublicTables};
use crate::guide::rule::Rule;
use crate::guide::{Overlay, library};
use crate::payer::{Deadlines, TradingPartner};

const SANDBOX: &str = include_str!("../../config/payers/sandbox.toml");
/// A configuration larger than this is some other file.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;
const PARTNERS_MAX: usize = 10_000;

/// `claimgate.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Directory of the store.
    pub data: PathBuf,
    /// Directory with one file a trading partner.
    pub payers: PathBuf,
    pub web: Web,
    pub jobs: Jobs,
    pub billing: Defaults,
}

/// The worklist in a browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Web {
    pub listen: SocketAddr,
}

/// What `serve` does by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Jobs {
    pub every_seconds: u64,
}

/// Why the configuration cannot be used, and where.
#[derive(Debug)]
pub struct ConfigError {
    file: PathBuf,
    problem: String,
}

/// A configuration with its trading partners.
#[derive(Debug, Clone)]
pub struct Setup {
    pub config: Config,
    pub partners: Vec<TradingPartner>,
    /// What `codes import` has taken into the data directory; empty until [`Setup::with_data`].
    pub tables: PublicTables,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: "claimgate-data".into(),
            payers: "payers".into(),
            web: Web::default(),
            jobs: Jobs::default(),
            billing: Defaults::default(),
        }
    }
}

impl Default for Web {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8480)),
        }
    }
}

impl Default for Jobs {
    fn default() -> Self {
        Self { every_seconds: 60 }
    }
}

impl Setup {
    /// The invented practice and the sandbox insurer: what holds without a configuration file.
    pub fn sandbox() -> Self {
        let config = Config {
            billing: Defaults::sandbox(),
            ..Config::default()
        };
        let partner = toml::from_str(SANDBOX).expect("the embedded partner is read by a test");
        Self {
            config,
            partners: vec![partner],
            tables: PublicTables::default(),
        }
    }

    /// Reads a configuration file and the partners it names; [`Setup::sandbox`] where there is none.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let Some(file) = file else {
            return Ok(Self::sandbox());
        };
        let mut config: Config = read_toml(file)?;
        let base = file.parent().unwrap_or(Path::new(""));
        config.payers = base.join(&config.payers);
        config.data = base.join(&config.data);
        let partners = read_partners(&config.payers)?;
        if let Some(id) = &config.billing.default_payer
            && !partners.iter().any(|partner| partner.id == *id)
        {
            return Err(ConfigError::new(
                file,
                format!(
                    "billing.default_payer is {id:?}, but {} holds no {id}.toml",
                    config.payers.display()
                ),
            ));
        }
        Ok(Self {
            config,
            partners,
            tables: PublicTables::default(),
        })
    }

    /// With the tables of the data directory: the one given, else the configuration's.
    ///
    /// # Errors
    /// A table in it is damaged.
    pub fn with_data(mut self, data: Option<&Path>) -> Result<Self, ConfigError> {
        if let Some(data) = data {
            self.config.data = data.to_owned();
        }
        self.tables = read_tables(&self.config.data)?;
        Ok(self)
    }

    /// Makes the claims of a day.
    pub fn biller(&self, today: Date) -> Biller<'_> {
        Biller::new(&self.config.billing, &self.partners, today).with_tables(&self.tables)
    }

    pub fn partner(&self, id: &str) -> Option<&TradingPartner> {
        self.partners.iter().find(|partner| partner.id == id)
    }

    /// Those of a partner; of one that has no file any more the usual ones.
    pub fn deadlines(&self, partner: &str) -> Deadlines {
        self.partner(partner)
            .map(|one| one.deadlines)
            .unwrap_or_default()
    }
}

fn read_partners(dir: &Path) -> Result<Vec<TradingPartner>, ConfigError> {
    let unreadable = |error: std::io::Error| {
        ConfigError::new(
            dir,
            format!("the directory of trading partners cannot be read: {error}: correct `payers`"),
        )
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir)
        .map_err(unreadable)?
        .take(PARTNERS_MAX)
    {
        let path = entry.map_err(unreadable)?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            files.push(path);
        }
    }
    files.sort();
    files.iter().map(|file| read_partner(file)).collect()
}

fn read_partner(file: &Path) -> Result<TradingPartner, ConfigError> {
    let mut partner: TradingPartner = read_toml(file)?;
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    if partner.id != stem {
        return Err(ConfigError::new(
            file,
            format!(
                "id is {:?}: it must be the file's name, {stem:?}",
                partner.id
            ),
        ));
    }
    for level in &partner.scrub.levels {
        if billing::edit(&level.edit).is_none() {
            return Err(ConfigError::new(
                file,
                format!(
                    "scrub.level: there is no edit {:?}: `claimgate explain` lists them",
                    level.edit
                ),
            ));
        }
    }
    let base = file.parent().unwrap_or(Path::new(""));
    let routes = partner.routes.into_iter();
    partner.routes = routes.map(|route| route.beside(base)).collect();
    partner.overlay = read_overlay(&file.with_extension("overlay"))?;
    Ok(partner)
}

/// The partner's companion guides; none where there is no such file.
fn read_overlay(file: &Path) -> Result<&'static [Rule], ConfigError> {
    if !file.exists() {
        return Ok(&[]);
    }
    let overlay = Overlay::parse(&read_text(file)?, library());
    let overlay = overlay.map_err(|error| ConfigError::new(file, error.to_string()))?;
    Ok(overlay.keep())
}

/// Where a table of CMS is kept.
pub fn table_file(data: &Path, table: PublicTable) -> PathBuf {
    data.join("codes").join(format!("{}.table", table.name()))
}

/// The tables that were imported; none where there is no data directory yet.
fn read_tables(data: &Path) -> Result<PublicTables, ConfigError> {
    let mut tables = PublicTables::default();
    for table in PublicTable::ALL {
        let file = table_file(data, table);
        if !file.is_file() {
            continue;
        }
        let told = |error: &dyn fmt::Display| ConfigError::new(&file, error.to_string());
        let bytes = std::fs::read(&file).map_err(|error| told(&error))?;
        tables.put(table, bytes).map_err(|error| told(&error))?;
    }
    Ok(tables)
}

fn read_toml<T: serde::de::DeserializeOwned>(file: &Path) -> Result<T, ConfigError> {
    let parsed = toml::from_str(&read_text(file)?);
    parsed.map_err(|error| ConfigError::new(file, error.to_string()))
}

fn read_text(file: &Path) -> Result<String, ConfigError> {
    let problem = |words: String| ConfigError::new(file, words);
    let unreadable = |error: std::io::Error| problem(format!("cannot be read: {error}"));
    let mut text = String::new();
    // A device has no length to ask for.
    File::open(file)
        .map_err(unreadable)?
        .take(FILE_BYTES_MAX + 1)
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    if text.len() as u64 > FILE_BYTES_MAX {
        return Err(problem("is too large to be a configuration".into()));
    }
    Ok(text)
}

impl ConfigError {
    fn new(file: &Path, problem: String) -> Self {
        Self {
            file: file.into(),
            problem,
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "configuration {}: {}",
            self.file.display(),
            self.problem.trim_end()
        )
    }
}

impl std::error::Error for ConfigError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_shows_every_default() {
        let text = include_str!("../../config/claimgate.toml");
        let file: Config = toml::from_str(text).unwrap();
        assert_eq!(file, Config::default());
        for line in toml::to_string(&Config::default()).unwrap().lines() {
            let key = line.split(" =").next().unwrap_or_default();
            assert!(text.contains(key), "{key} is not in config/claimgate.toml");
        }
        assert_eq!(Setup::sandbox().partners[0].id, "sandbox");
    }

    fn check(config: &str, partner: &str, expected: &str) {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("payers")).unwrap();
        std::fs::write(dir.path().join("claimgate.toml"), config).unwrap();
        std::fs::write(dir.path().join("payers/acme.toml"), partner).unwrap();
        let told = match Setup::load(Some(&dir.path().join("claimgate.toml"))) {
            Ok(_) => String::new(),
            Err(error) => error.to_string(),
        };
        assert!(
            told.contains(expected) && told.is_empty() == expected.is_empty(),
            "{told}"
        );
    }

    #[test]
    fn wrong_files_are_told_with_key_and_line() {
        let partner = SANDBOX.replace("id = \"sandbox\"", "id = \"acme\"");
        check("", &partner, "");
        check("\ncolour = 1", &partner, "unknown field `colour`");
        check("[web]\nlisten = \"nowhere\"", &partner, "line 2");
        check(
            "[billing]\ndefault_payer = \"x\"",
            &partner,
            "holds no x.toml",
        );
        let level = "\n[[scrub.level]]\nedit = \"Nothing\"\nlevel = \"off\"\n";
        check("", &format!("{partner}{level}"), "there is no edit");
        check("", SANDBOX, "must be the file's name");
        check("payers = \"elsewhere\"", &partner, "correct `payers`");
    }

    #[test]
    fn an_overlay_is_read_with_its_partner() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
        write(
            "acme.toml",
            &SANDBOX.replace("id = \"sandbox\"", "id = \"acme\""),
        );
        write("acme.overlay", "overlay 837P Acme\nloop 2310B R\n");
        let partners = read_partners(dir.path()).unwrap();
        assert_eq!(partners[0].overlay.len(), 1);
        write("acme.overlay", "overlay 837P Acme\nloop 2300\n  CLM N\n");
        let told = read_partners(dir.path()).unwrap_err().to_string();
        assert!(told.contains("acme.overlay: line 3"), "{told}");
    }
}
