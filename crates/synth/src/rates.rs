//! How often each register errs: one committed table.
//!
//! Every rate is chosen by us. What is usual elsewhere, as far as sources say it (`docs/synthetic-republic.md` tells
//! which of them were read at second hand):
//!
//! * *Any cell, about 1 in 100 per kind of error*: the default of pseudopeople 1.3.1 (Institute for Health Metrics and
//!   Evaluation) for each of typing, scanning, hearing, nicknames, wrong figures, day and month exchanged and blanks.
//! * *The national register itself is wrong in about 4 in 100 records* in name, birth date, citizenship or death:
//!   Social Security Administration, Office of the Inspector General, *Accuracy of the Social Security Administration's
//!   Numident File*, A-08-06-26100 (2006): an estimated 4.1 % of records could give wrong feedback.
//! * *Other people's numbers*: in commercial files 6.1 % of Americans have two or more social security numbers and more
//!   than 15 % of numbers belong to two or more people; most are likely errors of entry (ID Analytics, 2010). That the
//!   agencies of the republic are better than that is our choice.
//! * *A number borrowed within the household*: pseudopeople's `copy_from_household_member`, 1 % by default, but none
//!   for the number on W-2 and 1099 forms and in its social security file.
//! * *Misspelt names*: one error a word in more than 80 % of cases (Damerau, CACM 1964); typing, scanning and
//!   hearing are told apart as in pseudopeople.
//! * *Stale addresses*: 8.7 % of people of the United States had moved in the year before the survey of 2022 (Census
//!   Bureau, Current Population Survey). Our rates count among those who moved; no source gives such a rate.
//! * *Rows that no schema accepts*: 1 to 6 in 1,000, so that a quarantine has something to hold; no source.
//!
//! The sources speak of other countries and other kinds of files: no figure here is their claim.

pub use crate::noise::Channel;

/// The twelve registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Register {
    /// Births, changes of name and deaths of insured persons, and their pensions.
    SocialSecurity = 0,
    /// Returns of income tax, a file a year.
    Tax = 1,
    /// Loans to students.
    StudentLoans = 2,
    /// Permits of people born abroad.
    ImmigrationStatus = 3,
    /// Firearms permits.
    Firearms = 4,
    /// Claims of social benefits.
    Benefits = 5,
    /// Crossings of the border.
    Travel = 6,
    /// Donations to parties and candidates.
    PoliticalDonations = 7,
    /// Memberships, petitions and events.
    PoliticalActivity = 8,
    /// References to sealed biometric templates.
    Biometrics = 9,
    /// Electronic forms handed in by citizens.
    ElectronicForms = 10,
    /// Data bought from a broker.
    BrokerData = 11,
}

impl Register {
    /// Every register, in the order of the report.
    pub const ALL: [Self; 12] = [
        Self::SocialSecurity,
        Self::Tax,
        Self::StudentLoans,
        Self::ImmigrationStatus,
        Self::Firearms,
        Self::Benefits,
        Self::Travel,
        Self::PoliticalDonations,
        Self::PoliticalActivity,
        Self::Biometrics,
        Self::ElectronicForms,
        Self::BrokerData,
    ];

    /// Gives the register's id, as files and truth name it.
    pub fn id(self) -> &'static str {
        match self {
            Self::SocialSecurity => "social_security",
            Self::Tax => "tax",
            Self::StudentLoans => "student_loans",
            Self::ImmigrationStatus => "immigration_status",
            Self::Firearms => "firearms",
            Self::Benefits => "benefits",
            Self::Travel => "travel",
            Self::PoliticalDonations => "political_donations",
            Self::PoliticalActivity => "political_activity",
            Self::Biometrics => "biometrics",
            Self::ElectronicForms => "electronic_forms",
            Self::BrokerData => "broker_data",
        }
    }

    /// Gives the register's rates of error.
    pub fn rates(self) -> &'static Rates {
        &RATES[self as usize]
    }
}

/// How much of a middle name a register keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Middle {
    /// The whole name.
    Full,
    /// Its initial.
    Initial,
    /// Nothing.
    Dropped,
}

/// One register's rates; each is the probability for one row, unless said otherwise.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    /// The register.
    pub register: Register,
    /// The person is entered a second time, with errors of its own.
    pub duplicate: f64,
    /// The row is one that no schema accepts.
    pub unacceptable: f64,
    /// How text came in, and so which letters are confused.
    pub channel: Channel,
    /// A cell of given name, surname or street is misspelt (for each cell).
    pub misspelt: f64,
    /// The short form stands for the given name, where it has one.
    pub nickname: f64,
    /// Only the initial of the given name is kept.
    pub initial_only: f64,
    /// Another romanisation is written (for each of given name and surname that has one).
    pub transliterated: f64,
    /// Given name and surname are in each other's place.
    pub names_swapped: f64,
    /// The surname before the last change is kept, of those who changed it.
    pub surname_stale: f64,
    /// What is kept of the middle name.
    pub middle: Middle,
    /// The middle name is missing where it should be kept.
    pub middle_missing: f64,
    /// Names are in capitals.
    pub capitals: bool,
    /// Accents are lost, for the whole register (1.0) or row by row.
    pub unaccented: f64,
    /// Letters that the name field holds.
    pub name_letters_max: usize,
    /// The birth date is missing.
    pub birth_missing: f64,
    /// Day and month of birth are exchanged, where that gives another day.
    pub birth_swapped: f64,
    /// One figure of the birth date is wrong.
    pub birth_wrong: f64,
    /// The national identifier is missing (registers that have it).
    pub national_missing: f64,
    /// A figure of the national identifier is wrong, or two are exchanged.
    pub national_wrong: f64,
    /// The national identifier is a relative's.
    pub national_borrowed: f64,
    /// The address is missing.
    pub address_missing: f64,
    /// The address is the one before, of those who moved.
    pub address_stale: f64,
    /// The phone number is missing.
    pub phone_missing: f64,
    /// The e-mail address is missing.
    pub email_missing: f64,
}

/// What most registers share; each names where it differs.
const USUAL: Rates = Rates {
    register: Register::SocialSecurity,
    duplicate: 0.0,
    unacceptable: 0.002,
    channel: Channel::Keyed,
    misspelt: 0.02,
    nickname: 0.02,
    initial_only: 0.0,
    transliterated: 0.03,
    names_swapped: 0.004,
    surname_stale: 0.08,
    middle: Middle::Initial,
    middle_missing: 0.15,
    capitals: false,
    unaccented: 0.0,
    name_letters_max: 60,
    birth_missing: 0.02,
    birth_swapped: 0.01,
    birth_wrong: 0.012,
    national_missing: 0.0,
    national_wrong: 0.0,
    national_borrowed: 0.0,
    address_missing: 0.02,
    address_stale: 0.12,
    phone_missing: 0.25,
    email_missing: 0.30,
};

/// The table, in the order of [`Register::ALL`].
pub const RATES: [Rates; 12] = [
    Rates {
        register: Register::SocialSecurity,
        duplicate: 0.004,
        unacceptable: 0.001,
        misspelt: 0.010,
        nickname: 0.004,
        transliterated: 0.01,
        names_swapped: 0.002,
        surname_stale: 0.0,
        middle: Middle::Full,
        middle_missing: 0.05,
        capitals: true,
        unaccented: 1.0,
        birth_missing: 0.004,
        birth_swapped: 0.006,
        birth_wrong: 0.010,
        national_wrong: 0.004,
        ..USUAL
    },
    Rates {
        register: Register::Tax,
        misspelt: 0.02,
        surname_stale: 0.10,
        birth_missing: 0.15,
        national_missing: 0.10,
        national_wrong: 0.012,
        national_borrowed: 0.010,
        address_missing: 0.01,
        address_stale: 0.14,
        ..USUAL
    },
    Rates {
        register: Register::StudentLoans,
        unacceptable: 0.003,
        misspelt: 0.025,
        nickname: 0.03,
        surname_stale: 0.35,
        unaccented: 0.5,
        birth_missing: 0.03,
        national_missing: 0.06,
        national_wrong: 0.015,
        national_borrowed: 0.006,
        address_stale: 0.35,
        phone_missing: 0.30,
        email_missing: 0.25,
        ..USUAL
    },
    Rates {
        register: Register::ImmigrationStatus,
        duplicate: 0.02,
        unacceptable: 0.004,
        channel: Channel::Heard,
        misspelt: 0.04,
        nickname: 0.005,
        transliterated: 0.25,
        names_swapped: 0.025,
        surname_stale: 0.15,
        middle: Middle::Full,
        middle_missing: 0.10,
        birth_missing: 0.01,
        birth_swapped: 0.02,
        birth_wrong: 0.02,
        national_missing: 0.45,
        national_wrong: 0.015,
        national_borrowed: 0.008,
        address_stale: 0.25,
        ..USUAL
    },
    Rates {
        register: Register::Firearms,
        unacceptable: 0.003,
        channel: Channel::Scanned,
        misspelt: 0.04,
        surname_stale: 0.10,
        unaccented: 1.0,
        birth_missing: 0.03,
        address_stale: 0.22,
        ..USUAL
    },
    Rates {
        register: Register::Benefits,
        duplicate: 0.02,
        unacceptable: 0.003,
        channel: Channel::Heard,
        misspelt: 0.035,
        nickname: 0.05,
        surname_stale: 0.10,
        middle: Middle::Dropped,
        unaccented: 0.8,
        birth_missing: 0.03,
        birth_swapped: 0.02,
        national_missing: 0.12,
        national_wrong: 0.015,
        national_borrowed: 0.012,
        address_stale: 0.12,
        phone_missing: 0.35,
        ..USUAL
    },
    Rates {
        register: Register::Travel,
        unacceptable: 0.001,
        channel: Channel::Scanned,
        misspelt: 0.008,
        nickname: 0.0,
        transliterated: 0.08,
        names_swapped: 0.006,
        surname_stale: 0.15,
        middle: Middle::Full,
        middle_missing: 0.25,
        capitals: true,
        unaccented: 1.0,
        name_letters_max: 20,
        birth_missing: 0.003,
        birth_swapped: 0.004,
        birth_wrong: 0.004,
        ..USUAL
    },
    Rates {
        register: Register::PoliticalDonations,
        unacceptable: 0.004,
        misspelt: 0.035,
        nickname: 0.18,
        initial_only: 0.02,
        surname_stale: 0.12,
        middle_missing: 0.35,
        birth_missing: 1.0,
        address_missing: 0.01,
        address_stale: 0.12,
        phone_missing: 0.30,
        ..USUAL
    },
    Rates {
        register: Register::PoliticalActivity,
        duplicate: 0.02,
        unacceptable: 0.004,
        misspelt: 0.035,
        nickname: 0.20,
        initial_only: 0.015,
        surname_stale: 0.10,
        middle: Middle::Dropped,
        birth_missing: 0.25,
        birth_wrong: 0.02,
        address_missing: 0.05,
        address_stale: 0.18,
        phone_missing: 0.40,
        email_missing: 0.20,
        ..USUAL
    },
    Rates {
        register: Register::Biometrics,
        unacceptable: 0.001,
        misspelt: 0.012,
        nickname: 0.0,
        transliterated: 0.08,
        surname_stale: 0.20,
        middle: Middle::Full,
        middle_missing: 0.20,
        birth_missing: 0.006,
        ..USUAL
    },
    Rates {
        register: Register::ElectronicForms,
        duplicate: 0.03,
        unacceptable: 0.005,
        misspelt: 0.025,
        nickname: 0.14,
        initial_only: 0.01,
        surname_stale: 0.04,
        middle: Middle::Dropped,
        unaccented: 0.3,
        birth_missing: 0.10,
        birth_swapped: 0.02,
        address_missing: 0.12,
        address_stale: 0.05,
        phone_missing: 0.25,
        email_missing: 0.08,
        ..USUAL
    },
    Rates {
        register: Register::BrokerData,
        duplicate: 0.05,
        unacceptable: 0.006,
        channel: Channel::Scanned,
        misspelt: 0.04,
        nickname: 0.22,
        initial_only: 0.03,
        surname_stale: 0.22,
        middle_missing: 0.45,
        unaccented: 0.9,
        birth_missing: 0.45,
        birth_wrong: 0.04,
        address_missing: 0.03,
        address_stale: 0.30,
        phone_missing: 0.30,
        email_missing: 0.45,
        ..USUAL
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_registers() {
        for (register, rates) in Register::ALL.iter().zip(&RATES) {
            assert_eq!(*register, rates.register);
            assert_eq!(register.rates().register, *register);
        }
    }

    #[test]
    fn the_national_identifier_is_in_at_most_five_registers() {
        let with: Vec<_> = RATES.iter().filter(|rates| rates.national_wrong > 0.0).map(|r| r.register.id()).collect();
        assert_eq!(with, ["social_security", "tax", "student_loans", "immigration_status", "benefits"]);
    }
}
