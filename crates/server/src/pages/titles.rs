//! What the things of a project are called in the page's language, and what rules say with these names: the sentences of a
//! reason come with what they name, and on a page titles, days in words and numbers stand where the API has ids.

use model::{AgreementId, Project};
use policy::{Named, Sentences, Wording};

use super::values::{sentence, within};
use super::words::Words;

/// Gives what things are called in one language.
#[derive(Clone, Copy)]
pub(crate) struct Titles<'a> {
    project: &'a Project,
    t: Words,
}

impl<'a> Titles<'a> {
    pub(crate) fn new(project: &'a Project, t: Words) -> Self {
        Self { project, t }
    }

    /// Gives what a register is called.
    pub(crate) fn register(self, id: &str) -> String {
        let register = self.project.registers.values().find(|register| register.id.as_str() == id);
        register.map_or_else(|| id.to_owned(), |register| self.pick(&register.title, register.title_fr.as_deref()))
    }

    /// Gives what an agency is called.
    pub(crate) fn agency(self, id: &str) -> String {
        let agency = self.project.agencies.get(id);
        agency.map_or_else(|| id.to_owned(), |agency| self.pick(&agency.title, agency.title_fr.as_deref()))
    }

    /// Gives what a recipient `agency/role`, or one of the log's other names, is called.
    pub(crate) fn recipient(self, text: &str) -> String {
        let t = self.t;
        let Some((agency, role)) = text.split_once('/') else { return t.of("by", text) };
        let roles = self.project.agencies.get(agency).map(|agency| &agency.roles);
        let role = roles
            .and_then(|roles| roles.iter().find(|known| known.id.as_str() == role))
            .map_or_else(|| role.to_owned(), |role| self.pick(&role.title, role.title_fr.as_deref()));
        t.with_all("recipient", &[("agency", self.agency(agency)), ("role", role)])
    }

    /// Gives what a purpose says.
    pub(crate) fn purpose(self, id: &str) -> String {
        let purpose = self.project.purposes.get(id);
        purpose.map_or_else(|| id.to_owned(), |purpose| self.pick(&purpose.says, purpose.says_fr.as_deref()))
    }

    fn agreement(self, id: &AgreementId) -> String {
        let agreement = self.project.agreements.get(id);
        agreement.map_or_else(|| id.to_string(), |agreement| self.pick(&agreement.says, agreement.says_fr.as_deref()))
    }

    fn pick(self, english: &str, french: Option<&str>) -> String {
        self.t.pick(english, french.unwrap_or(english)).to_owned()
    }

    /// Gives what a rule says and what would be needed, in sentences. Those in the language of these titles are to be shown;
    /// the others have them in it too.
    pub(crate) fn said(self, wording: &Wording) -> Sentences<String> {
        wording.fill(|named| self.named(named)).map(|text| sentence(text))
    }

    /// Gives what stands in a sentence for something; nothing where there is nothing of the kind.
    fn named(self, named: &Named) -> String {
        let t = self.t;
        let quoted = |text: &str| t.with("quoted", "text", within(text));
        let listed = |all: Vec<String>, between: &str| all.join(between);
        match named {
            Named::Purpose(id) => quoted(&self.purpose(id.as_str())),
            Named::Agreement(id) => quoted(&self.agreement(id)),
            Named::Agency(id) => self.agency(id.as_str()),
            Named::Registers(ids) => listed(ids.iter().map(|id| quoted(&self.register(id.as_str()))).collect(), ", "),
            Named::Recipients(recipients) if recipients.is_empty() => t.pick("nobody", "personne").to_owned(),
            // What a role is called has a colon in it, and may have commas.
            Named::Recipients(recipients) => {
                let titles = recipients.iter().map(|recipient| self.recipient(&recipient.to_string()));
                listed(titles.collect(), t.pick("; ", "\u{a0}; "))
            }
            Named::Class(class) => quoted(&t.of("class", class.as_str())),
            Named::Categories(all) => listed(all.iter().map(|one| t.of("special", one.as_str())).collect(), ", "),
            Named::Jobs(jobs) => listed(jobs.iter().map(|job| quoted(&t.of("job", job.as_str()))).collect(), ", "),
            Named::Day(day) => t.date(&day.to_string()),
            Named::Number(number) => t.number(&u64::from(*number)),
            Named::Thing(name) => quoted(name),
        }
    }
}
