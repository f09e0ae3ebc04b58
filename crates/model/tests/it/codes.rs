//! What the codes of a register's columns mean.

use model::{ColumnType, Project};

use crate::folders::{base, write};

const TAX: &str = r#"agency = "tax"
source = { file = "incoming/tax_1040.jsonl" }
delivery = "changes"
key = ["return_id"]
legal_basis = "Tax Code, art. 7"
retention = "3650d"

[columns]
return_id = { type = "text", class = "administrative" }
ssn       = { type = "text", class = "identifier" }
status    = { type = "text", class = "tax" }
hired     = { type = "month", class = "tax" }
income    = { type = "integer", class = "income", unit = "EUR" }
"#;

#[test]
fn codes_are_those_of_their_column() {
    let folder = base();
    let codes = "[codes.status]\n1099 = { title = \"contractor\" }\n\"W 2\" = { title = \"employed\" }\n";
    write(folder.path(), "registers/tax_1040.toml", &format!("{TAX}\n{codes}"));
    let project = Project::load(folder.path()).unwrap_or_else(|found| panic!("{found}"));
    let columns = &project.registers["tax_1040"].columns;
    let means = |value: &str| columns["status"].code(value).map(|code| code.title.as_str());
    assert_eq!(means("1099"), Some("contractor"));
    assert_eq!(means(" W 2 "), Some("employed"), "values are compared without the spaces around them");
    assert_eq!((means("W2"), means("w 2"), means("")), (None, None, None));
    assert_eq!(columns["status"].codes["1099"].title_fr, None, "a register in English alone has no French");
    assert!(columns["ssn"].codes.is_empty());
    assert_eq!(columns["hired"].r#type, ColumnType::Month);
    let order: Vec<&String> = columns["status"].codes.keys().collect();
    assert_eq!(order, ["1099", "W 2"], "codes keep their order");
}

#[test]
fn a_code_that_is_there_twice_is_pointed_at() {
    let folder = base();
    let codes = "[codes.status]\nA = { title = \"one\" }\nA = { title = \"two\" }\n";
    write(folder.path(), "registers/tax_1040.toml", &format!("{TAX}{codes}"));
    let found = Project::load(folder.path()).unwrap_err();
    let at = format!("registers/tax_1040.toml:{}:", TAX.lines().count() + 3);
    let told = found.0.iter().find(|found| found.code == "toml/syntax").unwrap();
    assert!(told.to_string().starts_with(&at), "{told}");
}

#[test]
fn one_title_in_french_asks_for_all_of_them() {
    for (columns, codes) in [
        ("hired     = { type", "A = { title = \"one\", title_fr = \"un\" }\nB = { title = \"two\" }\n"),
        ("hired     = { title_fr = \"Embauche\", type", "A = { title = \"one\" }\n"),
    ] {
        let folder = base();
        let text = TAX.replace("hired     = { type", columns);
        write(folder.path(), "registers/tax_1040.toml", &format!("{text}[codes.status]\n{codes}"));
        let found = Project::load(folder.path()).unwrap_err();
        assert_eq!(found.0[0].code, "register/code-without-french", "{found}");
        assert_eq!(found.0.len(), 1, "{found}");
    }
}
