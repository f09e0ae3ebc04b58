//! What went wrong is told in the reader's language, and to switch the language does and logs nothing.

use gate::EntryKind;
use serde_json::Value;

use crate::house::{Answer, Ask, House};
use crate::pages::{FORM, cookies, enter, form_token};

/// Gives the text of an attribute as it was before the page was written.
fn unescaped(text: &str) -> String {
    let signs = [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")];
    signs.iter().fold(text.to_owned(), |text, (written, sign)| text.replace(written, sign))
}

/// Writes a text as forms send it.
pub(crate) fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { (byte as char).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn attribute<'a>(tag: &'a str, name: &str) -> &'a str {
    let (_, after) = tag.split_once(&format!("{name}=\"")).unwrap_or_else(|| panic!("{name} in {tag}"));
    after.split('"').next().unwrap()
}

/// Gives the hidden fields of the form that begins with `begin`.
#[track_caller]
pub(crate) fn hidden(page: &str, begin: &str) -> Vec<(String, String)> {
    let (_, form) = page.split_once(begin).unwrap_or_else(|| panic!("{begin} in {page}"));
    let form = form.split("</form>").next().unwrap();
    let inputs = form.split("<input type=\"hidden\"").skip(1);
    inputs.map(|tag| (attribute(tag, "name").to_owned(), unescaped(attribute(tag, "value")))).collect()
}

pub(crate) fn body(fields: &[(String, String)]) -> String {
    let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    pairs.join("&")
}

/// A browser of somebody.
pub(crate) struct Visit<'a> {
    house: &'a House,
    pub(crate) cookies: String,
}

impl Visit<'_> {
    pub(crate) async fn of<'a>(house: &'a House, who: &str) -> Visit<'a> {
        Visit { house, cookies: enter(house, who).await }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.house.ask(Ask::new("GET", path).header("cookie", &self.cookies)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &str) -> Answer {
        self.house.ask(Ask::new("POST", path).header("cookie", &self.cookies).text(FORM, body)).await
    }

    /// Sends a form with the token of this page.
    pub(crate) async fn send(&self, page: &Answer, path: &str, fields: &str) -> Answer {
        self.post(path, &format!("form_token={}&{fields}", form_token(&page.text))).await
    }

    /// Presses the button of the other language, as a browser does.
    pub(crate) async fn switch(&mut self, page: &Answer) -> Answer {
        let (_, button) = page.text.split_once("<button name=\"language\"").expect("the other language");
        let mut fields = hidden(&page.text, "<form class=\"tongue\"");
        fields.push(("language".to_owned(), attribute(button, "value").to_owned()));
        let sent = body(&fields);
        let switched = self.post("/language", &sent).await;
        let kept = self.cookies.split("; ").filter(|cookie| !cookie.starts_with("lucarne_lang="));
        self.cookies = kept.chain([cookies(&switched).as_str()]).collect::<Vec<_>>().join("; ");
        let to = switched.headers["location"].to_str().unwrap().to_owned();
        assert!(!to.contains("Quillfeather") && !to.contains("canary"), "what was typed is in no address: {to}");
        match switched.status.as_u16() {
            303 => self.get(&to).await,
            307 => self.post(&to, &sent).await,
            status => panic!("{status}: {}", switched.text),
        }
    }
}

pub(crate) fn assert_french(page: &Answer) {
    assert!(page.text.contains("<html lang=\"fr\">"), "{}", page.text);
    // Laws are cited as the project writes them, which says so where that is in English.
    let laws = page.text.matches("<span lang=\"en\">").count();
    let english = page.text.matches(" lang=\"en\"").count() - laws;
    assert_eq!(english, 1, "the button of the other language alone is English: {}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_went_wrong_is_told_in_french() {
    let house = House::new().await;
    let french = async |who: &str| {
        let mut visit = Visit::of(&house, who).await;
        visit.cookies += "; lucarne_lang=fr";
        visit
    };
    for (who, path, status, says) in [
        ("officer", "/nowhere", 404, "Cette page n’existe pas."),
        ("officer", "/runs", 403, "C’est la tâche d’un autre rôle."),
        ("officer", "/registers/nothing", 404, "Le projet n’a pas ce registre."),
        ("officer", "/problems/nonsense", 404, "Il n’y a pas de problème de ce type."),
        ("steward", "/review/9999", 404, "Aucune paire incertaine n’a ce numéro."),
        ("dpo", "/log/9999", 404, "Le journal n’a pas cette entrée."),
        ("dpo", "/log/verify/9", 404, "Aucune vérification n’a ce numéro"),
        ("engineer", "/runs/deliveries/9", 404, "Aucune livraison chargée n’a ce numéro"),
        ("citizen", "/me/records/r-0/contest", 404, "Aucun enregistrement qui vous est rattaché n’a ce nom"),
    ] {
        let page = french(who).await.get(path).await;
        assert_eq!(page.status, status, "{who} {path}: {}", page.text);
        assert!(page.text.contains(says), "{who} {path}: {}", page.text);
        assert_french(&page);
    }
    for (who, page, path, fields, status, says) in [
        ("officer", "/search", "/act-as", "identity=nobody", 400, "La démonstration n’a personne de ce nom."),
        ("citizen", "/me", "/me/records/r-0/take-back", "", 404, "Vous ne contestez aucun enregistrement de ce nom"),
        ("steward", "/review", "/review/0/take-back", "reason=", 404, "Vous n’avez rien dit de cette paire"),
        ("engineer", "/runs", "/runs/deliveries", "register=nothing", 404, "Le projet n’a pas ce registre."),
    ] {
        let visit = french(who).await;
        let page = visit.get(page).await;
        let answer = visit.send(&page, path, fields).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
        assert!(answer.text.contains(says), "{path}: {}", answer.text);
        assert_french(&answer);
        // A program is told the same in English.
        assert_eq!(
            house.ask(Ask::new("GET", "/api/v1/nothing").header("accept-language", "fr")).await.json()["title"],
            "Not found"
        );
    }
    let visit = french("officer").await;
    let page = visit.get("/search").await;
    let long = visit.send(&page, "/work", &format!("back=/search&case={}", "x".repeat(61))).await;
    assert!(long.status == 400 && long.text.contains("Le dossier dépasse 60 caractères."), "{}", long.text);
    assert_french(&long);
    let mut visit = working(&house, "loan-relief").await;
    visit.cookies += "; lucarne_lang=fr";
    let nobody = visit.get("/person/p-nobody").await;
    assert!(nobody.status == 404 && nobody.text.contains("ne connaît personne sous ce pseudonyme."), "{}", nobody.text);
    assert_french(&nobody);
    let forged = visit.post("/search", "form_token=AAAA&name=Quillfeather").await;
    assert!(
        forged.status == 403 && forged.text.contains("Le formulaire a été fait pour une autre session"),
        "{}",
        forged.text
    );
    assert!(!forged.text.contains("Quillfeather"), "what is not of this session is not repeated: {}", forged.text);
    assert_french(&forged);
}

/// Gives the visit of an officer who works under a purpose.
pub(crate) async fn working<'a>(house: &'a House, purpose: &str) -> Visit<'a> {
    let mut visit = Visit::of(house, "officer").await;
    let page = visit.get("/search").await;
    let work = format!("back=/search&purpose={purpose}&case=CASE-7&justification=because+of+her+file");
    visit.cookies = cookies(&visit.send(&page, "/work", &work).await);
    visit
}

#[tokio::test(flavor = "multi_thread")]
async fn to_switch_the_language_keeps_what_was_typed_and_asks_nothing_again() {
    let house = House::new().await;
    let mut visit = working(&house, "loan-relief").await;
    let form = visit.get("/search").await;
    let size = house.gate.log_size();
    let wrong = visit.send(&form, "/search", "name=Ysolde+%22Q%22+Quillfeather&birth_date=someday").await;
    assert_eq!(wrong.status, 400, "{}", wrong.text);
    let switched = visit.switch(&wrong).await;
    assert_eq!(switched.status, 400);
    assert!(switched.text.contains("<html lang=\"fr\">"), "{}", switched.text);
    for typed in ["value=\"Ysolde &#34;Q&#34; Quillfeather\"", "value=\"someday\"", "id=\"birth-date-wrong\""] {
        assert!(switched.text.contains(typed), "{typed} in {}", switched.text);
    }
    let back = visit.switch(&switched).await;
    assert!(back.text.contains("<html lang=\"en\">") && back.text.contains("value=\"someday\""), "{}", back.text);
    assert_eq!(house.gate.log_size(), size, "nobody was looked for");

    // A refusal is one entry, however often it is read.
    let mut visit = working(&house, "party-finance").await;
    let form = visit.get("/search").await;
    let refused = visit.send(&form, "/search", "name=Quillfeather").await;
    assert_eq!((refused.status.as_u16(), house.gate.log_size()), (403, size + 1), "{}", refused.text);
    let switched = visit.switch(&refused).await;
    assert_eq!((switched.status.as_u16(), house.gate.log_size()), (403, size + 1), "{}", switched.text);
    assert!(switched.text.contains("Ceci a été refusé"), "{}", switched.text);
    assert!(switched.text.contains(&format!("l’entrée {size} du journal")), "{}", switched.text);
    assert!(switched.text.contains("<code>purpose.not-a-recipient</code>"), "{}", switched.text);
    assert_french(&switched);
    // And the form is there again, as it was filled in, for whoever mends their purpose.
    let typed = hidden(&switched.text, "<form method=\"post\" action=\"/search\"");
    let form = visit.post("/search", &body(&typed)).await;
    assert_eq!((form.status.as_u16(), house.gate.log_size()), (200, size + 1), "{}", form.text);
    assert!(form.text.contains("id=\"name\"") && form.text.contains("value=\"Quillfeather\""), "{}", form.text);

    // A page that was refused is not asked for once more either.
    let path = format!("/person/{}", house.ysolde_at("education"));
    let refused = visit.get(&path).await;
    assert_eq!((refused.status.as_u16(), house.gate.log_size()), (403, size + 2), "{}", refused.text);
    let switched = visit.switch(&refused).await;
    assert_eq!((switched.status.as_u16(), house.gate.log_size()), (403, size + 2), "{}", switched.text);
    let back = format!("name=\"back\" value=\"{path}\"");
    assert!(switched.text.contains(&back), "the bar leads back to the person: {}", switched.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_survives_a_change_of_purpose() {
    let house = House::new().await;
    let mut visit = working(&house, "party-finance").await;
    let form = visit.get("/search").await;
    let refused = visit.send(&form, "/search", "name=Ysolde+%22Q%22+Quillfeather&birth_date=12.3.1984").await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    let size = house.gate.log_size();
    let bar = "<form method=\"post\" action=\"/work\"";
    let own = |fields: &[(&str, &str)]| -> Vec<(String, String)> {
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let work = own(&[("purpose", "loan-relief"), ("case", "CASE-7"), ("justification", "because of her file")]);
    // The page is shown in the other language first: what was typed goes along with that too.
    let refused = visit.switch(&refused).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    let changed = visit.post("/work", &body(&[hidden(&refused.text, bar), work.clone()].concat())).await;
    assert_eq!((changed.status.as_u16(), house.gate.log_size()), (200, size), "{}", changed.text);
    for typed in [
        "name=\"name\" dir=\"auto\" value=\"Ysolde &#34;Q&#34; Quillfeather\"",
        "id=\"birth-date\" name=\"birth_date\" value=\"12.3.1984\"",
    ] {
        assert!(changed.text.contains(typed), "{typed} in {}", changed.text);
    }
    assert!(!changed.text.contains("role=\"alert\"") && !changed.headers.contains_key("location"), "{}", changed.text);
    // The page is of the new session: the search that it sends is allowed.
    visit.cookies = cookies(&changed);
    let switched = visit.switch(&changed).await;
    assert!(switched.status == 200 && switched.text.contains("value=\"12.3.1984\""), "{}", switched.text);
    let found = visit.send(&switched, "/search", "name=Ysolde+Quillfeather").await;
    assert_eq!((found.status.as_u16(), house.gate.log_size()), (200, size + 1), "{}", found.text);

    // Nothing but a search's form is shown so: other pages of forms are looks.
    let page = visit.get("/search").await;
    assert!(hidden(&page.text, bar).iter().all(|(name, _)| name != "typed"), "nothing was typed: {}", page.text);
    for (typed, status) in [(r#"{"path":"/me/records/r-0/contest","fields":[]}"#, 303), ("canary", 400)] {
        let fields = own(&[("form_token", form_token(&page.text)), ("back", "/search"), ("typed", typed)]);
        let answer = visit.post("/work", &body(&[fields, work.clone()].concat())).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        assert!(!answer.text.contains("canary"), "{}", answer.text);
    }
    assert_eq!(house.gate.log_size(), size + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn to_switch_the_language_judges_and_contests_nothing() {
    let house = House::new().await;
    let kinds = async || {
        let entries = house.gate.entries(0..house.gate.log_size()).await.unwrap();
        let of = |kind| entries.iter().filter(|logged| logged.entry.kind == kind).count();
        (of(EntryKind::Judgement), of(EntryKind::Contest))
    };
    let before = kinds().await;
    let mut visit = Visit::of(&house, "steward").await;
    let pair = visit.get("/review/0").await;
    assert_eq!(pair.status, 200, "{}", pair.text);
    let silent = visit.send(&pair, "/review/0", "generation=index-one&verdict=cannot-say&reason=").await;
    assert!(silent.status == 400 && silent.text.contains("id=\"reason-wrong\""), "{}", silent.text);
    let switched = visit.switch(&silent).await;
    assert!(switched.status == 400 && switched.text.contains("<html lang=\"fr\">"), "{}", switched.text);
    let (_, choice) = switched.text.split_once("value=\"cannot-say\" accesskey").expect("the verdict");
    assert!(choice.split('>').next().unwrap().contains("checked"), "{}", switched.text);
    // What is whole by now is shown again all the same, and nothing is judged.
    let whole = "generation=index-one&verdict=cannot-say&reason=a+canary&again=true";
    let shown = visit.send(&switched, "/review/0", whole).await;
    assert!(shown.status == 200 && shown.text.contains(">a canary</textarea>"), "{}", shown.text);
    let stale = visit.send(&shown, "/review/0", "generation=index-zero&verdict=cannot-say&reason=a+canary").await;
    assert_eq!(stale.status, 409, "{}", stale.text);
    let switched = visit.switch(&stale).await;
    assert!(switched.status == 409 && switched.text.contains("numbered anew"), "{}", switched.text);
    // The number may be another pair's: nothing leads back to a form, and what was written is there to be read.
    for (page, had_written) in [(&stale, "Vous aviez écrit"), (&switched, "You had written")] {
        for told in [had_written, "<dd><bdi>a canary</bdi></dd>", "<a class=\"button\" href=\"/review\">"] {
            assert!(page.text.contains(told), "{told} in {}", page.text);
        }
        assert!(!page.text.contains("action=\"/review"), "{}", page.text);
    }
    let again = "generation=index-zero&verdict=cannot-say&reason=a+canary&again=true";
    let shown = visit.send(&switched, "/review/0", again).await;
    assert!(shown.status == 409 && shown.text.contains("<bdi>a canary</bdi>"), "{}", shown.text);

    let own: Value = house.own_records().await.json();
    let section = own["sections"].as_array().unwrap().iter().find(|section| section["register"] == "loans").unwrap();
    let path = format!("/me/records/{}/contest", section["records"][0]["name"].as_str().unwrap());
    let mut visit = Visit::of(&house, "citizen").await;
    let form = visit.get(&path).await;
    assert_eq!(form.status, 200, "{}", form.text);
    let short = visit.send(&form, &path, "reason=a+canary").await;
    assert!(short.status == 400 && short.text.contains(">a canary</textarea>"), "{}", short.text);
    let switched = visit.switch(&short).await;
    assert!(switched.status == 400 && switched.text.contains(">a canary</textarea>"), "{}", switched.text);
    assert!(switched.text.contains("<html lang=\"fr\">"), "{}", switched.text);
    let shown = visit.send(&switched, &path, "reason=I+never+borrowed+a+canary+cent&again=true").await;
    assert!(shown.status == 200 && !shown.text.contains("id=\"reason-wrong\""), "{}", shown.text);
    assert!(shown.text.contains(">I never borrowed a canary cent</textarea>"), "{}", shown.text);
    assert_eq!(kinds().await, before, "nothing was said by switching the language");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_problem_is_shown_again_to_its_own_session_alone() {
    let house = House::new().await;
    let visit = Visit::of(&house, "officer").await;
    let page = visit.get("/search").await;
    assert_eq!(visit.post("/problems/not-found", "form_token=AAAA&kept={}").await.status, 403);
    for (path, kept, status) in
        [("/problems/not-found", "", 400), ("/problems/not-found", "{}", 400), ("/problems/nonsense", "{}", 404)]
    {
        let answer = visit.send(&page, path, &format!("kept={}", encoded(kept))).await;
        assert_eq!(answer.status, status, "{path} {kept}: {}", answer.text);
    }
    let kept = r#"{"reasons":[],"back":"//evil.example","typed":{"path":"https://evil.example/","fields":[]},"detail":"<i>x</i>"}"#;
    let answer = visit.send(&page, "/problems/not-found", &format!("kept={}", encoded(kept))).await;
    assert_eq!(answer.status, 404, "{}", answer.text);
    // The field that is kept for the next switch is a text; nothing leads there.
    assert!(!answer.text.contains("action=\"https:") && !answer.text.contains("value=\"//evil"), "{}", answer.text);
    assert!(!answer.text.contains("<i>"), "{}", answer.text);
}
