//! The districts in which a dossier's addresses are, as a map and as a table.
//!
//! A map tells no more than the purpose gives: the district, where it gives the district; the one that a postcode belongs to,
//! where it gives the postcode.

use model::RegisterId;

use super::values::{Shown, shown};
use super::view::View;
use crate::districts::{Districts, Unreadable};
use crate::service::{Field, SectionView};

/// The map of a dossier.
pub(crate) struct Map {
    pub(crate) width: String,
    pub(crate) height: String,
    pub(crate) shapes: Vec<Shape>,
    pub(crate) rows: Vec<Row>,
    /// Whether the purpose gives no more of addresses than the district that is shown.
    pub(crate) is_only_districts: bool,
}

/// A district in the picture.
pub(crate) struct Shape {
    pub(crate) outline: String,
    pub(crate) name: String,
    /// Its number in the table, with the place where that is written; none where no address is.
    pub(crate) mark: Option<Mark>,
}

pub(crate) struct Mark {
    pub(crate) number: usize,
    pub(crate) x: String,
    pub(crate) y: String,
}

/// A district with an address.
pub(crate) struct Row {
    pub(crate) number: usize,
    pub(crate) name: String,
    pub(crate) registers: Vec<String>,
}

/// Gives the map of a dossier: none when the project has no map, or when no district is told. A map that can't be read is an
/// error, which the page says.
pub(crate) fn map(view: &View, sections: &[SectionView]) -> Result<Option<Map>, Unreadable> {
    let Some(districts) = view.app.districts() else { return Ok(None) };
    let Ok(districts) = districts else { return Err(Unreadable) };
    let mut told = Vec::new();
    let mut is_only_districts = true;
    for section in sections {
        let title = view.t.pick(&section.title, &section.title_fr);
        for field in section.records.iter().flat_map(|record| record.values.fields()) {
            if let Some(place) = district_of(view, districts, &section.register, field) {
                told.push((place, title));
                is_only_districts &= field.column.rule.disclosure == "district";
            }
        }
    }
    Ok(drawn(districts, &told).map(|map| Map { is_only_districts, ..map }))
}

/// Gives a value of a record as a page shows it, where a district is called as it is beside the map: registers write the code of one,
/// or its name.
pub(crate) fn placed(view: &View, register: &str, field: Field<'_>) -> Shown {
    let told = shown(view.t, view.app.project(), register, field);
    let is_told = matches!(field.column.rule.disclosure.as_str(), "value" | "district");
    match (view.app.districts(), field.value.text()) {
        (Some(Ok(districts)), Some(raw)) if field.column.name == "district" && is_told => called(districts, told, &raw),
        _ => told,
    }
}

fn called(districts: &Districts, told: Shown, raw: &str) -> Shown {
    let Some(district) = districts.named(raw).map(|place| &districts.shapes[place]) else { return told };
    match (&told.text, &told.code) {
        // A register's own words for a code stay: they are in the page's language. The code stands in the text then, and nowhere
        // else.
        (Some(words), Some(code)) if *code == district.code => {
            Shown { text: Some(format!("{words} ({code})")), code: None, ..told }
        }
        (_, Some(_)) => told,
        (_, None) => Shown { text: Some(district.said()), ..told },
    }
}

fn district_of(view: &View, districts: &Districts, register: &str, field: Field<'_>) -> Option<usize> {
    let rule = &field.column.rule;
    if rule.class != "address" || !matches!(rule.disclosure.as_str(), "value" | "district") {
        return None;
    }
    let name = &field.column.name;
    view.app.project().registers.get(&RegisterId::new(register).ok()?)?.columns.get(name)?;
    let text = field.value.text()?;
    if name == "district" {
        districts.named(&text)
    } else if name.contains("postcode") || name.contains("zip") {
        districts.of_postcode(&text)
    } else {
        None
    }
}

pub(crate) fn drawn(districts: &Districts, told: &[(usize, &str)]) -> Option<Map> {
    let mut rows: Vec<(usize, Row)> = Vec::new();
    for (place, register) in told {
        let known = rows.iter().position(|(other, _)| other == place);
        let at = known.unwrap_or_else(|| {
            let district = &districts.shapes[*place];
            let name = district.said();
            rows.push((*place, Row { number: rows.len() + 1, name, registers: Vec::new() }));
            rows.len() - 1
        });
        let registers = &mut rows[at].1.registers;
        if !registers.iter().any(|known| known == register) {
            registers.push((*register).to_owned());
        }
    }
    if rows.is_empty() {
        return None;
    }
    let shapes = districts.shapes.iter().enumerate().map(|(place, district)| {
        let number = rows.iter().find(|(other, _)| *other == place).map(|(_, row)| row.number);
        let (x, y) = district.middle;
        let mark = number.map(|number| Mark { number, x: format!("{x:.1}"), y: format!("{:.1}", y + 7.0) });
        Shape { outline: district.outline.clone(), name: district.name.clone(), mark }
    });
    Some(Map {
        width: format!("{:.0}", districts.width),
        height: format!("{:.0}", districts.height),
        shapes: shapes.collect(),
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        is_only_districts: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALTMARSH: &[u8] = br#"{"type":"FeatureCollection","features":[
        {"type":"Feature","properties":{"code":"03","name":"Saltmarsh"},
         "geometry":{"type":"Polygon","coordinates":[[[0,10],[10,10],[10,20],[0,20],[0,10]]]}}]}"#;

    #[test]
    fn a_district_is_called_by_its_name_and_code_however_a_register_writes_it() {
        let districts = Districts::parse(SALTMARSH).unwrap();
        let said = |raw: &str, words: Option<&str>| {
            let told = Shown {
                title: "District".to_owned(),
                text: Some(words.unwrap_or(raw).to_owned()),
                code: words.map(|_| raw.to_owned()),
                masked: None,
                class: "address".to_owned(),
                special: false,
            };
            called(&districts, told, raw).text.unwrap()
        };
        for raw in ["03", "Saltmarsh", "SALTMARSH"] {
            assert_eq!(said(raw, None), "Saltmarsh (03)");
        }
        assert_eq!(said("03", Some("Marais-Salé")), "Marais-Salé (03)");
        // What the project doesn't know stays, and so does what a register means by another code.
        assert_eq!((said("99", None), said("Saltmarsh", Some("the marsh"))), ("99".to_owned(), "the marsh".to_owned()));
    }
}
