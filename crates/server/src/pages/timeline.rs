//! The dates of a dossier as a picture of lanes, one for each register, and as a table.
//!
//! Only dates that the purpose gives as they are have a place in time; what is masked or withheld has none.

use chrono::{Datelike as _, NaiveDate};
use model::{ColumnType, RegisterId};

use super::relations::{CARDS_MAX, record_anchor};
use super::values::{Shown, shown};
use super::view::View;
use crate::service::{Field, RecordView, SectionView, ShownValue};

/// The picture's width, in its own units.
const WIDTH: f64 = 960.0;
/// Where the lanes begin: names of registers stand before.
const LEFT: f64 = 220.0;
/// Where they end.
const RIGHT: f64 = 940.0;
/// The height of a lane.
const LANE: f64 = 30.0;
/// The height of the axis above the lanes.
const AXIS: f64 = 34.0;
/// The most years that are written along the axis.
const TICKS_MAX: i32 = 9;

/// A dossier's dates.
pub(crate) struct Timeline {
    pub(crate) width: String,
    pub(crate) height: String,
    pub(crate) left: String,
    pub(crate) right: String,
    pub(crate) axis: String,
    pub(crate) ticks: Vec<Tick>,
    pub(crate) lanes: Vec<Lane>,
    /// In order of time.
    pub(crate) events: Vec<Event>,
}

impl Timeline {
    /// Tells whether the table is shown in the place of the picture where that has no room.
    pub(crate) fn is_short(&self) -> bool {
        self.events.len() <= CARDS_MAX
    }
}

/// A year along the axis.
pub(crate) struct Tick {
    pub(crate) x: String,
    pub(crate) year: i32,
}

/// A register's line.
pub(crate) struct Lane {
    pub(crate) title: String,
    pub(crate) y: String,
    /// Where its name stands.
    pub(crate) base: String,
    pub(crate) dots: Vec<Dot>,
}

/// An event in the picture.
pub(crate) struct Dot {
    pub(crate) x: String,
    /// Days since the first of January of the year 1, from which a script places it when the span is changed.
    pub(crate) day: i32,
    pub(crate) href: String,
    pub(crate) says: String,
}

/// A date and what it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) date: NaiveDate,
    /// The date in words.
    pub(crate) when: String,
    /// What people call the column.
    pub(crate) title: String,
    /// What it is a date of, where the record says that in the same class.
    pub(crate) about: Option<String>,
    /// The code that `about` puts into words.
    pub(crate) about_code: Option<String>,
    pub(crate) register: String,
    /// Where the page tells of the record.
    pub(crate) href: String,
}

/// Gives the dates of a dossier; none when it gives no date.
pub(crate) fn timeline(view: &View, sections: &[SectionView]) -> Option<Timeline> {
    let mut events = Vec::new();
    for section in sections {
        for (record, number) in section.records.iter().zip(1..) {
            let href = format!("#{}", record_anchor(&section.register, number));
            events.extend(record.values.fields().filter_map(|field| event(view, section, record, field, &href)));
        }
    }
    drawn(events)
}

fn event(view: &View, section: &SectionView, record: &RecordView, field: Field<'_>, href: &str) -> Option<Event> {
    let project = view.app.project();
    let date = day_of(view, &section.register, field)?;
    let Shown { title, text, .. } = shown(view.t, project, &section.register, field);
    // A birth date says what it is; the start of a benefit doesn't say of which.
    let names_it = |other: &Field<'_>| {
        let rule = &other.column.rule;
        let is_text = kind_of(view, &section.register, *other) == Some(ColumnType::Text);
        rule.class == field.column.rule.class && rule.disclosure == "value" && is_text && rule.class != "identity"
    };
    // What has digits is a number of the file, not what happened; where somebody is from, they are from on every date.
    let is_word = |text: String| !text.chars().any(|letter| letter.is_ascii_digit());
    let says_what = record.values.fields().filter(names_it).filter(|other| !is_of_the_person(&other.column.name));
    let about = says_what.into_iter().find(|other| other.value.text().is_some_and(is_word));
    let about = about.map(|other| shown(view.t, project, &section.register, other));
    Some(Event {
        date,
        when: text.unwrap_or_default(),
        title,
        about_code: about.as_ref().and_then(|about| about.code.clone()),
        about: about.and_then(|about| about.text),
        register: view.t.pick(&section.title, &section.title_fr).to_owned(),
        href: href.to_owned(),
    })
}

/// Gives the day that a value is, or the day of the moment that it is; none of what is no date, or not given as it is.
pub(crate) fn day_of(view: &View, register: &str, field: Field<'_>) -> Option<NaiveDate> {
    let kind = kind_of(view, register, field)?;
    let ShownValue::Text(text) = field.value else { return None };
    let is_date = matches!(kind, ColumnType::Date | ColumnType::Timestamp);
    text.get(..10).filter(|_| is_date && field.column.rule.disclosure == "value")?.parse().ok()
}

/// Tells whether a column says where the person is from, by its name: no date of the record is a date of that.
fn is_of_the_person(name: &str) -> bool {
    let origin = ["birth", "born", "citizenship", "country", "nationality", "origin"];
    name.split('_').any(|word| origin.contains(&word))
}

fn kind_of(view: &View, register: &str, field: Field<'_>) -> Option<ColumnType> {
    let register = view.app.project().registers.get(&RegisterId::new(register).ok()?)?;
    register.columns.get(&field.column.name).map(|column| column.r#type)
}

/// Places events.
pub(crate) fn drawn(mut events: Vec<Event>) -> Option<Timeline> {
    let mut titles: Vec<String> = Vec::new();
    for event in &events {
        if !titles.contains(&event.register) {
            titles.push(event.register.clone());
        }
    }
    events.sort_by(|one, other| {
        (one.date, &one.register, &one.title, &one.about).cmp(&(
            other.date,
            &other.register,
            &other.title,
            &other.about,
        ))
    });
    // Several records of a register say the same date of the same thing: it leads to the first of them.
    events.dedup_by(|next, first| {
        let of = (next.date, &next.when, &next.register, &next.title, &next.about, &next.about_code);
        of == (first.date, &first.when, &first.register, &first.title, &first.about, &first.about_code)
    });
    let (first, last) = (events.first()?.date.year(), events.last()?.date.year() + 1);
    let begin = NaiveDate::from_ymd_opt(first, 1, 1)?.num_days_from_ce();
    let end = NaiveDate::from_ymd_opt(last, 1, 1)?.num_days_from_ce();
    let x = |day: i32| LEFT + (RIGHT - LEFT) * f64::from(day - begin) / f64::from(end - begin);
    let step = ((last - first) / TICKS_MAX + 1).max(1);
    let ticks = (first..=last).step_by(usize::try_from(step).unwrap_or(1)).filter_map(|year| {
        let day = NaiveDate::from_ymd_opt(year, 1, 1)?.num_days_from_ce();
        Some(Tick { x: format!("{:.1}", x(day)), year })
    });
    let lanes = titles.into_iter().zip(0..).map(|(title, place)| {
        let y = AXIS + LANE * (f64::from(place) + 0.5);
        let dots = events.iter().filter(|event| event.register == title).map(|event| {
            let day = event.date.num_days_from_ce();
            let about = event.about.as_deref().map(|about| format!(" · {about}")).unwrap_or_default();
            Dot {
                x: format!("{:.1}", x(day)),
                day,
                href: event.href.clone(),
                says: format!("{} · {} · {}{about}", event.when, event.register, event.title),
            }
        });
        Lane { y: format!("{y:.1}"), base: format!("{:.1}", y + 5.0), dots: dots.collect(), title }
    });
    let lanes: Vec<Lane> = lanes.collect();
    Some(Timeline {
        width: format!("{WIDTH:.0}"),
        height: format!("{:.0}", AXIS + LANE * lanes.len() as f64 + 8.0),
        left: format!("{LEFT:.0}"),
        right: format!("{RIGHT:.0}"),
        axis: format!("{AXIS:.0}"),
        ticks: ticks.collect(),
        lanes,
        events,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(date: &str, register: &str) -> Event {
        Event {
            date: date.parse().unwrap(),
            when: date.to_owned(),
            title: "Since".to_owned(),
            about: Some("heating".to_owned()),
            about_code: None,
            register: register.to_owned(),
            href: "#benefits".to_owned(),
        }
    }

    #[test]
    fn no_date_is_one_of_where_somebody_is_from() {
        for name in ["country_of_birth", "nationality", "birth_country", "place_of_origin"] {
            assert!(is_of_the_person(name), "{name}");
        }
        for name in ["status", "visa_class", "benefit_type", "programme", "recipient", "event"] {
            assert!(!is_of_the_person(name), "{name}");
        }
    }

    #[test]
    fn nothing_is_drawn_of_no_dates() {
        assert!(drawn(Vec::new()).is_none());
    }

    #[test]
    fn dates_stand_in_order_within_the_lanes() {
        let events = vec![event("2024-07-01", "Benefits"), event("1950-01-01", "Tax"), event("2024-07-01", "Benefits")];
        let timeline = drawn(events).unwrap();
        assert_eq!(
            timeline.events.iter().map(|event| event.when.as_str()).collect::<Vec<_>>(),
            ["1950-01-01", "2024-07-01"]
        );
        assert_eq!(timeline.lanes.iter().map(|lane| lane.title.as_str()).collect::<Vec<_>>(), ["Benefits", "Tax"]);
        assert!(timeline.ticks.len() <= 10 && timeline.ticks[0].year == 1950, "{}", timeline.ticks.len());
        assert_eq!(timeline.lanes[1].dots[0].x, "220.0");
        let places = timeline.lanes.iter().flat_map(|lane| &lane.dots).map(|dot| dot.x.parse::<f64>().unwrap());
        for x in places {
            assert!((LEFT..=RIGHT).contains(&x), "{x}");
        }
        assert_eq!(timeline.lanes[0].dots[0].says, "2024-07-01 · Benefits · Since · heating");
    }

    #[test]
    fn a_date_leads_to_its_record_and_one_of_several_to_the_first() {
        let of = |date: &str, number: u64| Event {
            href: format!("#{}", record_anchor("library_members", number)),
            ..event(date, "Library")
        };
        let timeline = drawn(vec![of("2024-07-02", 1), of("2024-07-01", 2), of("2024-07-01", 3), of("2024-07-03", 4)]);
        let dots = timeline.unwrap().lanes.remove(0).dots;
        let led: Vec<&str> = dots.iter().map(|dot| dot.href.as_str()).collect();
        assert_eq!(led, ["#library-members:2", "#library-members:1", "#library-members:4"]);
    }

    #[test]
    fn one_date_has_a_year_to_stand_in() {
        let timeline = drawn(vec![event("2026-12-31", "Tax")]).unwrap();
        assert_eq!(timeline.ticks.iter().map(|tick| tick.year).collect::<Vec<_>>(), [2026, 2027]);
        assert!(timeline.lanes[0].dots[0].x.parse::<f64>().unwrap().is_finite());
    }

    #[test]
    fn two_codes_that_are_called_alike_are_two_dates() {
        let of = |code: &str| Event { about_code: Some(code.to_owned()), ..event("2024-07-01", "Benefits") };
        assert_eq!(drawn(vec![of("heating"), of("warmth")]).unwrap().events.len(), 2);
        assert_eq!(drawn(vec![of("heating"), of("heating")]).unwrap().events.len(), 1);
    }
}
