//! The formats that people were promised: the base project holds the first examples ever written, word for word.

use model::diagnostic::SourceFile;
use model::linkage::{Key, Part};
use model::register::{Check, Format, Retention};
use model::{Class, ColumnType, Delivery, Disclosure, LinkageConfig, Project, Subject};

use crate::folders::{base, tests_dir, write};

#[test]
fn a_register() {
    let folder = base();
    let project = Project::load(folder.path()).unwrap_or_else(|found| panic!("{found}"));
    let register = &project.registers["social_security"];
    assert_eq!(register.source.files, ["incoming/social_security_*.csv"]);
    assert_eq!(register.source.format, Format::Csv { delimiter: ',', encoding: "utf-8".to_owned() });
    assert_eq!((register.delivery, register.retention), (Delivery::Full, Retention::Years(10)));
    assert_eq!(register.columns["ssn"].check, Some(Check::UsSsn));
    assert_eq!(register.columns["date_of_birth"].formats, ["%Y%m%d"]);
    assert_eq!(register.columns["date_of_birth"].title, "Date of birth");
    assert_eq!(register.columns["benefit"].r#type, ColumnType::Decimal { precision: 10, scale: 2 });
    let names: Vec<_> = register.columns.keys().collect();
    assert_eq!(names, ["ssn", "event_date", "first_name", "date_of_birth", "benefit"], "columns keep their order");
}

#[test]
fn a_purpose() {
    let folder = base();
    let project = Project::load(folder.path()).unwrap_or_else(|found| panic!("{found}"));
    let purpose = &project.purposes["student-loan-relief"];
    assert_eq!(purpose.subject, Subject::OnePerson);
    assert!(purpose.needs_case && purpose.needs_justification);
    assert_eq!(purpose.persons_per_officer_and_day, Some(40));
    assert_eq!(purpose.colleagues_max, None, "nobody opens employers unless the purpose says so");
    assert_eq!(purpose.disclosure(Class::Income), &Disclosure::YesNo { below: 40_000.0 });
    assert_eq!(purpose.disclosure(Class::Address), &Disclosure::District);
    assert_eq!(purpose.disclosure(Class::Religion), &Disclosure::Withheld);
}

#[test]
fn a_purpose_that_opens_employers() {
    let folder = base();
    let path = folder.path().join("purposes/student-loan-relief.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("valid =", "colleagues_max = 25\nvalid =", 1)).unwrap();
    let project = Project::load(folder.path()).unwrap_or_else(|found| panic!("{found}"));
    assert_eq!(project.purposes["student-loan-relief"].colleagues_max, Some(25));
    for wrong in ["0", "51", "-1", "\"few\"", "2.5"] {
        std::fs::write(&path, text.replacen("valid =", &format!("colleagues_max = {wrong}\nvalid ="), 1)).unwrap();
        assert!(Project::load(folder.path()).is_err(), "{wrong}");
    }
}

#[test]
fn a_linkage_of_loose_files() {
    let text = std::fs::read_to_string(tests_dir().join("base/linkage.toml")).unwrap();
    let config = LinkageConfig::parse(&SourceFile { path: "linkage.toml".into(), text }).unwrap();
    assert!((config.threshold - 0.95).abs() < f64::EPSILON);
    let key = |column: &str, part| Key { column: column.to_owned(), part };
    assert_eq!(config.blocks[0].on, [key("ssn", Part::Whole)]);
    assert_eq!(
        config.blocks[1].on,
        [key("first_name", Part::Prefix(3)), key("last_name", Part::Prefix(4)), key("birth_date", Part::Year)]
    );
    assert!(config.comparisons[0].term_frequency && !config.comparisons[1].term_frequency);
    assert!(config.comparisons.iter().all(|comparison| comparison.household.is_none()));
    let shared = |household: &str| {
        let text = format!(
            "threshold = 0.9\n[[block]]\non = [\"street\"]\n[[compare]]\ncolumn = \"street\"\nas = \"text\"\nhousehold = {household}\n"
        );
        LinkageConfig::parse(&SourceFile { path: "linkage.toml".into(), text })
    };
    assert_eq!(shared("true").unwrap().comparisons[0].household, Some(true));
    assert_eq!(shared("false").unwrap().comparisons[0].household, Some(false));
    assert!(shared("\"yes\"").is_err());

    let loose = "[[block]]\non = [\"Surname\"]\n[[compare]]\ncolumn = \"Surname\"\nas = \"text\"\n";
    let config = LinkageConfig::parse(&SourceFile { path: "linkage.toml".into(), text: loose.into() }).unwrap();
    assert_eq!((config.purpose, config.agreement), (None, None));

    let broken = SourceFile { path: "linkage.toml".into(), text: "threshold = 2\nblocks = 1\n".into() };
    let found = LinkageConfig::parse(&broken).unwrap_err();
    let codes: Vec<_> = found.0.iter().map(|diagnostic| diagnostic.code).collect();
    assert_eq!(codes, ["toml/missing-key", "toml/missing-key", "linkage/threshold", "toml/unknown-key"]);
}

#[test]
fn a_law_in_french() {
    let folder = base();
    let written = |file: &str, line: &str| {
        let text = std::fs::read_to_string(folder.path().join(file)).unwrap();
        write(folder.path(), file, &format!("{line}\n{text}"));
    };
    written("registers/social_security.toml", "legal_basis_fr = \"Loi sur la sécurité sociale, art. 1\"");
    written(
        "purposes/student-loan-relief.toml",
        "legal_basis_fr = [\"dpv:PublicInterest\", \"Loi sur les prêts, art. 4\"]",
    );
    written("agreements/education-tax-2026.toml", "legal_basis_fr = \"Loi sur les prêts, art. 4\"");
    let project = Project::load(folder.path()).unwrap_or_else(|found| panic!("{found}"));
    let register = &project.registers["social_security"];
    assert_eq!(register.legal_basis_fr.as_deref(), Some("Loi sur la sécurité sociale, art. 1"));
    assert_eq!(project.registers["census"].legal_basis_fr, None);
    let purpose = project.purposes["student-loan-relief"].legal_basis_fr.as_deref().unwrap();
    assert_eq!(purpose, ["dpv:PublicInterest", "Loi sur les prêts, art. 4"]);
    let agreement = project.agreements["education-tax-2026"].legal_basis_fr.as_deref().unwrap();
    assert_eq!(agreement, ["Loi sur les prêts, art. 4"]);
    written("agreements/party-finance-2026.toml", "legal_basis_fr = []");
    let found = Project::load(folder.path()).unwrap_err().to_string();
    assert!(found.contains("agreement/no-legal-basis") && found.contains("`legal_basis_fr` is empty"), "{found}");
}
