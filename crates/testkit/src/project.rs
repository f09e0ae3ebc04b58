//! A small project that is valid, in a folder that is gone with the value.

use std::path::{Path, PathBuf};

use model::{Diagnostics, Project};
use tempfile::TempDir;

/// The files of the small project: path and text. Four agencies, three registers, and a purpose of every kind.
///
/// - `education/case-officer` reads taxes and loans under `loan-relief` (budget: 3 persons a day, case and justification
///   needed), with incomes as yes or no and addresses as districts.
/// - `elections/auditor` reads donations under `party-finance`, whose agreement names politics.
/// - `education/steward` settles links under `review-links`; citizens read their own under `own-data`.
/// - The jobs have `job-build`, `job-link`, `job-index`.
pub const SMALL_PROJECT: &[(&str, &str)] = &[
    (
        "lucarne.toml",
        r#"format = 1
name = "Small republic"
log_origin = "small.example/log"

[jobs]
build = "job-build"
link = "job-link"
index = "job-index"
"#,
    ),
    (
        "agencies/education.toml",
        r#"title = "Education"
title_fr = "Éducation"
says = "Lends to students"
contact = "data@education.example"
roles = [
  { id = "case-officer", title = "Case officer", kind = "officer" },
  { id = "steward", title = "Data steward", kind = "steward" },
  { id = "engineer", title = "Data engineer", kind = "engineer" },
  { id = "dpo", title = "Data protection officer", kind = "data-protection-officer" },
]
"#,
    ),
    (
        "agencies/tax.toml",
        r#"title = "Tax"
says = "Collects taxes"
contact = "data@tax.example"
roles = [{ id = "case-officer", title = "Case officer", kind = "officer" }]
"#,
    ),
    (
        "agencies/elections.toml",
        r#"title = "Elections"
says = "Oversees the financing of parties"
contact = "data@elections.example"
roles = [{ id = "auditor", title = "Auditor", kind = "officer" }]
"#,
    ),
    (
        "registers/tax.toml",
        r#"title = "Tax returns"
says = "One row a return"
agency = "tax"
legal_basis = "Tax Code, art. 7"
retention = "10y"
source = { file = "incoming/tax_*.csv" }
delivery = "full"
key = ["tax_number"]

[columns]
tax_number = { type = "text", class = "identifier" }
first_name = { type = "text", class = "identity" }
last_name = { type = "text", class = "identity" }
birth_date = { type = "date", class = "identity" }
street = { type = "text", class = "address" }
district = { type = "text", class = "address" }
income = { type = "decimal(12,2)", class = "income", unit = "EUR" }
"#,
    ),
    (
        "registers/loans.toml",
        r#"title = "Student loans"
says = "One row a loan"
agency = "education"
legal_basis = "Student Loans Act, art. 3"
retention = "10y"
source = { file = "incoming/loans_*.csv" }
delivery = "full"
key = ["loan_number"]

[columns]
loan_number = { type = "text", class = "administrative" }
first_name = { type = "text", class = "identity" }
last_name = { type = "text", class = "identity" }
birth_date = { type = "date", class = "identity" }
owed = { type = "integer", class = "loan", unit = "EUR" }
phone = { type = "text", class = "contact" }
"#,
    ),
    (
        "registers/donations.toml",
        r#"title = "Donations to parties"
says = "One row a donation"
agency = "elections"
legal_basis = "Party Finance Act, art. 9"
retention = "5y"
source = { file = "incoming/donations_*.csv" }
delivery = "changes"
key = ["receipt"]

[columns]
receipt = { type = "text", class = "administrative" }
first_name = { type = "text", class = "identity" }
last_name = { type = "text", class = "identity" }
party = { type = "text", class = "donation" }
amount = { type = "decimal(10,2)", class = "donation", unit = "EUR" }
"#,
    ),
    (
        "agreements/education-tax.toml",
        r#"says = "Tax tells Education about borrowers"
legal_basis = ["Loan Relief Act, art. 4"]
parties = ["education", "tax"]
registers = ["tax", "loans"]
allows_linking = true
valid = { from = 2026-01-01, until = 2026-12-31 }
"#,
    ),
    (
        "agreements/party-finance.toml",
        r#"says = "Elections audits donations"
legal_basis = ["Party Finance Act, art. 12"]
parties = ["elections"]
registers = ["donations"]
allows_linking = true
special_categories = ["politics"]
valid = { from = 2026-01-01, until = 2026-12-31 }
"#,
    ),
    (
        "agreements/operation.toml",
        r#"says = "The registers are kept and indexed together"
legal_basis = ["Registers Act, art. 2"]
parties = ["education", "tax", "elections"]
registers = ["tax", "loans", "donations"]
special_categories = ["politics"]
valid = { from = 2026-01-01, until = 2027-12-31 }
"#,
    ),
    (
        "purposes/loan-relief.toml",
        r#"says = "Decide whether a borrower's income entitles them to relief"
says_fr = "Décider si le revenu d’un emprunteur lui ouvre droit à une remise"
legal_basis = ["dpv:PublicInterest", "Loan Relief Act, art. 4"]
recipients = ["education/case-officer"]
agreement = "education-tax"
subject = "one-person"
needs = ["case", "justification"]
persons_per_officer_and_day = 3
valid = { from = 2026-01-01, until = 2026-06-30 }

[discloses]
identity = "value"
loan = "value"
income = { as = "yes-no", below = 40_000 }
address = "district"
identifier = "match-only"
"#,
    ),
    (
        "purposes/party-finance.toml",
        r#"says = "Audit the donations to a party"
legal_basis = ["Party Finance Act, art. 12"]
recipients = ["elections/auditor"]
agreement = "party-finance"
subject = "one-person"
persons_per_officer_and_day = 100
valid = { from = 2026-01-01, until = 2026-12-31 }

[discloses]
identity = "value"
donation = "value"
"#,
    ),
    (
        "purposes/review-links.toml",
        r#"says = "Settle whether two records are of one person"
legal_basis = ["Registers Act, art. 5"]
recipients = ["education/steward"]
agreement = "education-tax"
subject = "link-review"
valid = { from = 2026-01-01, until = 2026-12-31 }

[discloses]
identity = "value"
"#,
    ),
    (
        "purposes/own-data.toml",
        r#"says = "Let people see what is held about them and who looked"
says_fr = "Permettre à chacun de voir ce qui est conservé à son sujet et qui l’a consulté"
legal_basis = ["Registers Act, art. 11"]
agreement = "operation"
subject = "self"
valid = { from = 2026-01-01, until = 2027-12-31 }

[discloses]
identifier = "value"
identity = "value"
address = "value"
contact = "value"
income = "value"
loan = "value"
donation = "value"
administrative = "value"
"#,
    ),
    (
        "purposes/job-build.toml",
        r#"says = "Bring registers into one shape"
legal_basis = ["Registers Act, art. 2"]
agreement = "operation"
subject = "run"
jobs = ["build"]
valid = { from = 2026-01-01, until = 2027-12-31 }
"#,
    ),
    (
        "purposes/job-link.toml",
        r#"says = "Find out which records are of one person"
legal_basis = ["Registers Act, art. 3"]
agreement = "education-tax"
subject = "run"
jobs = ["link"]
valid = { from = 2026-01-01, until = 2026-12-31 }
"#,
    ),
    (
        "purposes/job-index.toml",
        r#"says = "Make registers searchable"
legal_basis = ["Registers Act, art. 4"]
agreement = "operation"
subject = "run"
jobs = ["index"]
valid = { from = 2026-01-01, until = 2027-12-31 }
"#,
    ),
    (
        "models/tax_person.sql",
        r#"--! kind = "person"
--! register = "tax"
--! says = "Persons who filed a return"
select _record, first_name, last_name, birth_date, tax_number, street, district
from registers.tax
"#,
    ),
    (
        "models/loan_person.sql",
        r#"--! kind = "person"
--! register = "loans"
--! says = "Persons who borrowed"
select _record, first_name, last_name, birth_date, phone
from registers.loans
"#,
    ),
    (
        "models/donation_person.sql",
        r#"--! kind = "person"
--! register = "donations"
--! says = "Persons who gave"
select _record, first_name, last_name
from registers.donations
"#,
    ),
    (
        "models/loan.sql",
        r#"--! kind = "object"
--! register = "loans"
--! says = "A loan"
--! classes = { is_large = "loan" }
select _record, loan_number, owed, owed > 10000 as is_large
from registers.loans
"#,
    ),
    (
        "linkage.toml",
        r#"agreement = "education-tax"
attach = [{ agreement = "party-finance", registers = ["donations"] }]

[[block]]
on = ["last_name", "birth_date.year"]

[[compare]]
column = "first_name"
as = "name"
"#,
    ),
];

/// A project in a folder of its own, which is removed with the value.
#[derive(Debug)]
pub struct ProjectFolder(TempDir);

#[expect(clippy::expect_used, reason = "a test whose fixture can't be written has to fail")]
impl ProjectFolder {
    /// Writes [`SMALL_PROJECT`].
    ///
    /// # Panics
    /// When the folder can't be written.
    #[must_use]
    pub fn small() -> Self {
        let folder = Self(TempDir::new().expect("a folder for the test"));
        for (path, text) in SMALL_PROJECT {
            folder.write(path, text);
        }
        folder
    }

    /// Gives the folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file, replacing what was there; the path is relative to the project.
    ///
    /// # Panics
    /// When the file can't be written.
    pub fn write(&self, path: &str, text: &str) -> PathBuf {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder for the file");
        std::fs::write(&path, text).expect("the file can be written");
        path
    }

    /// Replaces one passage of a file.
    ///
    /// # Panics
    /// When the file does not have it exactly once.
    pub fn replace(&self, path: &str, from: &str, to: &str) {
        let full = self.root().join(path);
        let text = std::fs::read_to_string(&full).expect("the file is there");
        assert_eq!(text.matches(from).count(), 1, "{from:?} in {path}");
        self.write(path, &text.replace(from, to));
    }

    /// Has the tax returns of `incoming/tax_2025.csv` name employers: from the first on so many each of these, in this order, and
    /// the others none. The file has a header, and incomes stand last in it.
    ///
    /// # Panics
    /// When that file is not there, or names employers already.
    pub fn employ(&self, employers: &[(&str, usize)]) {
        let path = "incoming/tax_2025.csv";
        let text = std::fs::read_to_string(self.root().join(path)).expect("the returns are there");
        let named = employers.iter().flat_map(|(name, times)| std::iter::repeat_n(*name, *times));
        let values = std::iter::once("employer").chain(named).chain(std::iter::repeat(""));
        let with_employer = |(line, value): (&str, &str)| {
            let (before, income) = line.rsplit_once(',').expect("a return has an income");
            format!("{before},{value},{income}\n")
        };
        self.write(path, &text.lines().zip(values).map(with_employer).collect::<String>());
        let column = "employer = { type = \"text\", class = \"employment\" }";
        self.replace("registers/tax.toml", "income = {", &format!("{column}\nincome = {{"));
        self.replace("models/tax_person.sql", "street, district", "street, district, employer");
        let says = "--! says = \"Persons who filed a return\"";
        let classes = "--! classes = { employer = \"employment\" }";
        self.replace("models/tax_person.sql", says, &format!("{says}\n{classes}"));
    }

    /// Reads the project.
    ///
    /// # Errors
    /// What is wrong in its files.
    pub fn load(&self) -> Result<Project, Diagnostics> {
        Project::load(self.root())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_small_project_is_valid() {
        let project = ProjectFolder::small().load().unwrap_or_else(|found| panic!("{found}"));
        assert_eq!((project.registers.len(), project.purposes.len(), project.models.len()), (3, 7, 4));
        assert_eq!(project.warnings.to_string(), "");
    }

    #[test]
    fn returns_name_employers_and_the_project_is_valid() {
        let folder = ProjectFolder::small();
        folder.write("incoming/tax_2025.csv", "tax_number,income\nT-1,10\nT-2,20\nT-3,30\nT-4,40\n");
        folder.employ(&[("Mills", 1), ("Holdings", 2)]);
        let text = std::fs::read_to_string(folder.root().join("incoming/tax_2025.csv")).unwrap();
        assert_eq!(text, "tax_number,employer,income\nT-1,Mills,10\nT-2,Holdings,20\nT-3,Holdings,30\nT-4,,40\n");
        let project = folder.load().unwrap_or_else(|found| panic!("{found}"));
        assert!(project.registers["tax"].columns.contains_key("employer"));
    }
}
