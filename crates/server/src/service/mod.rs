//! What pages and API show alike: requests made of a session and what was asked, answers as plain structs.

mod catalogue;
mod citizen;
mod contest;
mod desk;
mod dossier;
mod explain;
mod given;
mod ingest;
mod judged;
mod judging;
mod log;
mod own_reason;
mod quality;
mod quarantine;
mod resolve;
mod review;
mod runs;
mod said;
mod search;
mod value;
mod work;

pub use catalogue::{
    AgencyView, AgreementView, Catalogue, ClassRule, CodeView, ColumnView, PurposeView, RegisterView, Standing,
    UseCount, catalogue, purpose_view, use_counts,
};
pub use citizen::{LookView, LooksView, OwnRecords, looks_at_self, own_records};
pub use contest::{ContestForm, OwnContest, REASON_MAX, REASON_MIN, UnreachedContests, contest, withdraw};
pub(crate) use contest::{JUDGEMENT_TAKEN_BACK, would_be_unreached};
pub use desk::{DAYS, DayUse, DeskView, Fixed, OfficerUse, Officers, SOON_DAYS, Term, desk};
pub use dossier::{ContestJudged, DossierView, EarlierView, LinkEvidence, RecordView, SectionView, dossier};
pub(crate) use explain::named_record;
pub use explain::{ExplainForm, ExplainedView, MergeView, OutcomeView, explain};
pub(crate) use given::Heads;
pub use given::{ColumnName, Field, GivenColumn, ReasonView, Values, WithheldColumn};
pub(crate) use ingest::{ReadIn, Reading, begin_reading, reading};
pub use judged::ProposalView;
pub(crate) use judged::{JUDGEMENTS_MAX, JudgementView, judgements};
pub use judging::{judge, judge_named, take_back, take_back_named};
pub use log::{
    EntryView, FAULTS, LogFilter, LogPage, ProofView, VerifyView, checkpoint, entries, entry, kinds, verify,
};
pub(crate) use log::{PAGE_MAX as LOG_PAGE_MAX, Verification, begin_verification, refusing_rules, verification};
pub(crate) use own_reason::OwnReason;
pub use quality::{QualityView, quality};
pub(crate) use quarantine::quarantined;
pub use registry::FieldEvidence;
pub use resolve::{ResolveForm, ResolveView, resolve};
pub(crate) use review::review_work;
pub use review::{
    ClusterLinkView, ClusterRecordView, ClusterView, ContestedView, JudgedView, JudgementForm, List,
    NamedJudgementForm, NamedTakeBackForm, PairPlace, PairView, ProgressView, ReviewRow, SaidView, SampleProgressView,
    SourceView, TakeBackForm, pair, progress,
};
pub(crate) use runs::{Became, Deed, PastRun, past_runs};
pub use said::Said;
pub use search::{HitView, MatchView, SearchForm, SearchView, search};
pub(crate) use search::{comparable, is_birth_too_wide, is_nothing_asked, is_nothing_compared};
pub(crate) use value::titles;
pub use value::{ShownValue, column_title};
pub use work::{SessionView, WorkForm, request, session};
