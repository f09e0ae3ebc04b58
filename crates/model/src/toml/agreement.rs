//! Reads `agreements/*.toml`.

use super::reader::Table;
use crate::agreement::Agreement;
use crate::class::SpecialCategory;
use crate::id::AgreementId;

pub(crate) fn read(table: &Table<'_>, id: AgreementId) -> Option<Agreement> {
    let says = table.require("says", "says = \"Tax tells Education incomes\"").and_then(|value| value.text());
    let says_fr = table.get("says_fr").and_then(|value| value.text());
    let legal_basis = table
        .require("legal_basis", "legal_basis = [\"Loan Relief Act, art. 4\"]")
        .and_then(|value| value.texts("agreement/no-legal-basis"));
    let legal_basis_fr = table.get("legal_basis_fr").and_then(|value| value.texts("agreement/no-legal-basis"));
    let parties = table
        .require("parties", "parties = [\"tax\", \"education\"]")
        .and_then(|value| value.filled_list("agreement/no-parties", |value| value.id()));
    let registers = table
        .require("registers", "registers = [\"tax_1040\"]")
        .and_then(|value| value.filled_list("agreement/no-registers", |value| value.id()));
    let allows_linking = table.get("allows_linking").map_or(Some(false), |value| value.boolean());
    let categories = SpecialCategory::ALL.map(|category| (category.as_str(), category));
    let special_categories = table.get("special_categories").map_or(Some(Vec::new()), |value| {
        value.distinct(|value| value.choice("agreement/unknown-category", &categories))
    });
    let valid =
        table.require("valid", "valid = { from = 2026-01-01, until = 2026-12-31 }").and_then(|value| value.validity());
    table.finish();
    Some(Agreement {
        id,
        says: says?,
        says_fr,
        legal_basis: legal_basis?,
        legal_basis_fr,
        parties: parties?,
        registers: registers?,
        allows_linking: allows_linking?,
        special_categories: special_categories?,
        valid: valid?,
    })
}
