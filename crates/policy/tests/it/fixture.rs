//! A small project, made without files: three agencies, four registers, agreements and purposes of every kind.

use std::sync::{Arc, LazyLock};

use chrono::NaiveDate;
use indexmap::IndexMap;
use model::agency::RoleKind;
use model::diagnostic::{Diagnostics, SourceFile};
use model::linkage::Attach;
use model::project::{JobPurposes, Settings};
use model::register::{Format, Retention, Source};
use model::request::Action;
use model::{
    Actor, Agency, Agreement, CaseId, Class, Column, ColumnType, Delivery, Disclosure, Job, LinkageConfig, OfficerId,
    PersonId, Project, Purpose, PurposeId, Register, Request, Role, SpecialCategory, Subject, Validity,
};

pub(crate) fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

/// The day on which the fixture's things are in force unless they say otherwise.
pub(crate) fn today() -> NaiveDate {
    day(2026, 5, 4)
}

fn in_force() -> Validity {
    Validity { from: day(2026, 1, 1), until: day(2026, 12, 31) }
}

fn past() -> Validity {
    Validity { from: day(2025, 1, 1), until: day(2025, 12, 31) }
}

fn future() -> Validity {
    Validity { from: day(2027, 1, 1), until: day(2027, 12, 31) }
}

fn by_id<K: std::hash::Hash + Eq, V>(things: Vec<V>, id: impl Fn(&V) -> K) -> IndexMap<K, V> {
    things.into_iter().map(|thing| (id(&thing), thing)).collect()
}

fn agency(id: &str, roles: &[(&str, RoleKind)]) -> Agency {
    let role = |(id, kind): &(&str, RoleKind)| Role {
        id: id.parse().unwrap(),
        title: (*id).to_owned(),
        title_fr: None,
        kind: *kind,
    };
    Agency {
        id: id.parse().unwrap(),
        title: id.to_owned(),
        title_fr: None,
        says: "An agency.".to_owned(),
        contact: "contact@example.org".to_owned(),
        roles: roles.iter().map(role).collect(),
    }
}

fn register(id: &str, agency: &str, columns: &[(&str, Class)]) -> Register {
    let column = |(name, class): &(&str, Class)| Column {
        name: (*name).to_owned(),
        from: (*name).to_owned(),
        r#type: ColumnType::Text,
        formats: vec![],
        class: *class,
        required: false,
        check: None,
        unit: None,
        missing: vec![],
        title: (*name).to_owned(),
        title_fr: None,
        codes: IndexMap::new(),
    };
    Register {
        id: id.parse().unwrap(),
        title: id.to_owned(),
        title_fr: None,
        says: "A register.".to_owned(),
        says_fr: None,
        agency: agency.parse().unwrap(),
        legal_basis: "Registers Act, art. 1".to_owned(),
        legal_basis_fr: None,
        retention: Retention::Years(10),
        source: Source { files: vec![], format: Format::JsonLines },
        delivery: Delivery::Full,
        key: vec![],
        quarantined_share_max: 0.01,
        gone_share_max: None,
        bought: None,
        columns: columns.iter().map(|named| (named.0.to_owned(), column(named))).collect(),
    }
}

fn agreement(id: &str, registers: &[&str], special: &[SpecialCategory], linking: bool, valid: Validity) -> Agreement {
    Agreement {
        id: id.parse().unwrap(),
        says: "An agreement.".to_owned(),
        says_fr: None,
        legal_basis: vec!["Exchange Act, art. 2".to_owned()],
        legal_basis_fr: None,
        parties: vec!["education".parse().unwrap(), "tax-office".parse().unwrap()],
        registers: registers.iter().map(|id| id.parse().unwrap()).collect(),
        allows_linking: linking,
        special_categories: special.to_vec(),
        valid,
    }
}

struct Draft {
    id: &'static str,
    recipients: &'static [&'static str],
    agreement: &'static str,
    registers: &'static [&'static str],
    subject: Subject,
    discloses: Vec<(Class, Disclosure)>,
}

impl Draft {
    fn purpose(self) -> Purpose {
        Purpose {
            id: self.id.parse().unwrap(),
            says: "A purpose.".to_owned(),
            says_fr: None,
            legal_basis: vec!["dpv:PublicInterest".to_owned()],
            legal_basis_fr: None,
            recipients: self.recipients.iter().map(|recipient| recipient.parse().unwrap()).collect(),
            agreement: self.agreement.parse().unwrap(),
            registers: self.registers.iter().map(|register| register.parse().unwrap()).collect(),
            subject: self.subject,
            needs_case: false,
            needs_justification: false,
            persons_per_officer_and_day: None,
            colleagues_max: None,
            valid: in_force(),
            discloses: self.discloses.into_iter().collect(),
        }
    }
}

fn loan_relief(id: &'static str) -> Purpose {
    let discloses = vec![
        (Class::Identity, Disclosure::Value),
        (Class::Identifier, Disclosure::MatchOnly),
        (Class::Loan, Disclosure::Value),
        (Class::Income, Disclosure::YesNo { below: 40_000.0 }),
    ];
    let draft = Draft {
        id,
        recipients: &["education/case-officer"],
        agreement: "education-tax",
        registers: &["tax", "loans"],
        subject: Subject::OnePerson,
        discloses,
    };
    Purpose { needs_case: true, needs_justification: true, persons_per_officer_and_day: Some(2), ..draft.purpose() }
}

fn purposes() -> Vec<Purpose> {
    let politics = vec![(Class::Identity, Disclosure::Value), (Class::Donation, Disclosure::Value)];
    let identity = vec![(Class::Identity, Disclosure::Value)];
    let audit = Draft {
        id: "donation-audit",
        recipients: &["election-watch/inspector"],
        agreement: "donations",
        registers: &["tax", "donations"],
        subject: Subject::OnePerson,
        discloses: politics.clone(),
    };
    let of_the_agreement = [None, Some(SpecialCategory::Politics), Some(SpecialCategory::Firearms)];
    let named = |class: &&Class| of_the_agreement.contains(&class.special());
    let own = Draft {
        id: "own-data",
        recipients: &[],
        agreement: "everything",
        registers: &["tax", "loans", "donations", "permits"],
        subject: Subject::Self_,
        discloses: Class::ALL.iter().filter(named).map(|class| (*class, Disclosure::Value)).collect(),
    };
    let review = Draft {
        id: "link-review",
        recipients: &["education/steward"],
        agreement: "spine",
        registers: &["tax", "loans"],
        subject: Subject::LinkReview,
        discloses: identity.clone(),
    };
    let build = Draft {
        id: "build-and-index",
        recipients: &[],
        agreement: "spine",
        registers: &["tax", "loans"],
        subject: Subject::Run { jobs: vec![Job::Build, Job::Index] },
        discloses: identity.clone(),
    };
    let link = Draft {
        id: "keep-the-spine",
        recipients: &["education/engineer"],
        agreement: "spine",
        registers: &["tax", "loans"],
        subject: Subject::Run { jobs: vec![Job::Link] },
        discloses: identity,
    };
    vec![
        loan_relief("loan-relief"),
        Purpose { persons_per_officer_and_day: Some(2), needs_case: true, ..audit.purpose() },
        own.purpose(),
        review.purpose(),
        build.purpose(),
        link.purpose(),
        Purpose { persons_per_officer_and_day: None, ..loan_relief("no-budget") },
        Purpose { needs_case: false, needs_justification: false, ..loan_relief("no-needs") },
        Purpose { valid: past(), ..loan_relief("past") },
        Purpose { valid: future(), ..loan_relief("future") },
        Purpose { agreement: "ended".parse().unwrap(), ..loan_relief("under-an-ended-agreement") },
        Purpose { agreement: "to-come".parse().unwrap(), ..loan_relief("under-an-agreement-to-come") },
        Purpose { agreement: "nowhere".parse().unwrap(), ..loan_relief("under-no-agreement") },
        Purpose { discloses: politics.into_iter().collect(), ..loan_relief("politics-by-stealth") },
        Purpose {
            registers: vec!["tax".parse().unwrap(), "donations".parse().unwrap()],
            ..loan_relief("beyond-its-agreement")
        },
        Purpose {
            agreement: "covers-without-naming".parse().unwrap(),
            registers: vec!["tax".parse().unwrap(), "donations".parse().unwrap(), "permits".parse().unwrap()],
            ..loan_relief("covered-without-naming")
        },
    ]
}

/// The project; `policies` are texts of `policies/0.cedar`, `policies/1.cedar`, …
pub(crate) fn project_with(policies: &[&str]) -> Project {
    let registers = vec![
        register(
            "tax",
            "tax-office",
            &[("name", Class::Identity), ("tin", Class::Identifier), ("income", Class::Income)],
        ),
        register("loans", "education", &[("name", Class::Identity), ("amount", Class::Loan)]),
        register("donations", "election-watch", &[("donor", Class::Identity), ("amount", Class::Donation)]),
        register("permits", "education", &[("holder", Class::Identity), ("weapon", Class::Firearm)]),
    ];
    let politics = SpecialCategory::Politics;
    let agreements = vec![
        agreement("education-tax", &["tax", "loans"], &[], false, in_force()),
        agreement("donations", &["tax", "donations"], &[politics], true, in_force()),
        agreement("spine", &["tax", "loans", "permits"], &[], true, in_force()),
        agreement(
            "everything",
            &["tax", "loans", "donations", "permits"],
            &[politics, SpecialCategory::Firearms],
            false,
            in_force(),
        ),
        agreement("ended", &["tax", "loans"], &[], false, past()),
        agreement("to-come", &["tax", "loans"], &[], false, future()),
        agreement("covers-without-naming", &["tax", "donations", "permits"], &[politics], false, in_force()),
    ];
    let jobs = JobPurposes {
        build: "build-and-index".parse().unwrap(),
        link: "keep-the-spine".parse().unwrap(),
        index: "build-and-index".parse().unwrap(),
    };
    let linkage = LinkageConfig {
        purpose: Some("keep-the-spine".parse().unwrap()),
        agreement: Some("spine".parse().unwrap()),
        attach: vec![Attach { agreement: "donations".parse().unwrap(), registers: vec!["donations".parse().unwrap()] }],
        threshold: 0.95,
        one_record_per_person: IndexMap::new(),
        blocks: vec![],
        comparisons: vec![],
        block_size_max: None,
        seed: 1,
        second_reviewer: Vec::new(),
        quality: model::linkage::QualityConfig::default(),
    };
    let file = |(number, text): (usize, &&str)| {
        Arc::new(SourceFile { path: format!("policies/{number}.cedar").into(), text: (*text).to_owned() })
    };
    let officer = RoleKind::Officer;
    let agencies = vec![
        agency(
            "education",
            &[
                ("case-officer", officer),
                ("steward", RoleKind::Steward),
                ("dpo", RoleKind::DataProtectionOfficer),
                ("engineer", RoleKind::Engineer),
            ],
        ),
        agency("tax-office", &[("case-officer", officer), ("engineer", RoleKind::Engineer)]),
        agency("election-watch", &[("inspector", officer)]),
    ];
    Project {
        root: "/nowhere".into(),
        settings: Settings {
            format: 1,
            name: "fixture".to_owned(),
            name_fr: None,
            data: "data".into(),
            log_origin: "fixture.example/log".to_owned(),
            jobs,
            districts: None,
            truth: None,
            resolve: None,
            demo_identities: vec![],
        },
        agencies: by_id(agencies, |agency| agency.id.clone()),
        registers: by_id(registers, |register| register.id.clone()),
        agreements: by_id(agreements, |agreement| agreement.id.clone()),
        purposes: by_id(purposes(), |purpose| purpose.id.clone()),
        models: IndexMap::new(),
        ontology: IndexMap::new(),
        linkage: Some(linkage),
        policies: policies.iter().enumerate().map(file).collect(),
        files: IndexMap::new(),
        warnings: Diagnostics::default(),
    }
}

pub(crate) fn engine_with(policies: &[&str]) -> policy::Engine {
    policy::Engine::new(&project_with(policies)).unwrap_or_else(|found| panic!("{found}"))
}

/// The engine of the project without policies of its own.
pub(crate) fn plain_engine() -> &'static policy::Engine {
    static ENGINE: LazyLock<policy::Engine> = LazyLock::new(|| engine_with(&[]));
    &ENGINE
}

pub(crate) fn member(recipient: &str, role: RoleKind) -> Actor {
    let account = OfficerId::new("o-martin").unwrap();
    Actor::Member { account, recipient: recipient.parse().unwrap(), role }
}

pub(crate) fn citizen() -> Actor {
    Actor::Citizen { account: OfficerId::new("c-durand").unwrap(), person: PersonId(7) }
}

/// A request that lacks nothing.
pub(crate) fn request(actor: Actor, purpose: &str, action: Action) -> Request {
    Request {
        actor,
        purpose: PurposeId::new(purpose).unwrap(),
        case: Some(CaseId("2026/117".to_owned())),
        justification: Some("Appeal against the decision of 3 March".to_owned()),
        by_program: false,
        action,
    }
}

pub(crate) const OPEN: Action = Action::OpenPerson { person: PersonId(7) };
