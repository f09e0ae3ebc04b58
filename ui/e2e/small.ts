// A small project of its own, for states that no demo has: one person with very many records, names that are very long, run
// from right to left or are markup, and a purpose that ends.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

import { enter, test as base, variable, workOn } from "./visit";

const run = promisify(execFile);

/** How many records the person has who was at the library most often, besides the one in the register of residents. */
export const VISITS = 200;

export type Somebody = { first: string; last: string; born: string };

/** The person with very many records. */
export const FREQUENT: Somebody = { first: "Ottilie", last: "Vandermeulen", born: "1971-06-02" };

/** 80 letters without a place to break them. */
export const LONG: Somebody = { first: "Adolph", last: "Wolfeschlegelsteinhausenbergerdorff".repeat(3).slice(0, 80), born: "1958-02-11" };

/** Names that run from right to left. */
export const ARABIC: Somebody = { first: "عبد الرحمن", last: "الحسيني", born: "1984-09-23" };
export const HEBREW: Somebody = { first: "יעל", last: "בן־דוד", born: "1990-04-17" };

/** Turns what follows it around, to the end of whatever it stands in. */
export const OVERRIDE = "\u202e";

/**
 * A name that is markup and turns what follows it around. The street of this person begins with it too. They are the citizen
 * whom the server lets act, unless the project is made for another one.
 */
export const HOSTILE: Somebody = { first: `"><img src=x onerror=alert(1)>${OVERRIDE}`, last: "<script>alert(1)</script>", born: "1966-12-04" };

/** Somebody who lives where the person with very many records does, and somebody who lives with the one whose name is markup. */
export const LODGER: Somebody = { first: "Amelia", last: "Okafor", born: "1940-01-01" };
export const TENANT: Somebody = { first: "Elif", last: "Fischer", born: "1948-05-17" };

/** The purpose of the officers of this project. */
export const WAIVER = "fee-waiver";

const FIRST = ["Amelia", "Björn", "Chloé", "Daniel", "Elif", "Farid", "Grace", "Hugo", "Ines", "Jan", "Kemi", "Lena"];
const LAST = ["Okafor", "Lindqvist", "d’Aubigny", "Haddad", "O’Neill", "Castro Vega", "Novák", "Adeyemi", "Fischer", "Mori"];

/** Others, so that what a name weighs can be learned from somebody. */
function others(): Somebody[] {
  return Array.from({ length: 90 }, (_, at) => ({
    first: FIRST[at % FIRST.length] ?? "",
    last: LAST[(at * 7 + Math.floor(at / 12)) % LAST.length] ?? "",
    born: `${1940 + ((at * 37) % 70)}-${String(1 + (at % 12)).padStart(2, "0")}-${String(1 + ((at * 11) % 28)).padStart(2, "0")}`,
  }));
}

function day(at: number): string {
  return new Date(Date.UTC(2019, 0, 1 + at * 9)).toISOString().slice(0, 10);
}

/** Writes a field of delimited text. */
function field(text: string): string {
  return text.includes('"') ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Gives the files that make the project of `lucarne init` into this one. Nobody but the citizen is in a third register: the
 * server lets the one act who has records in most registers.
 */
function files(citizen: Somebody): Record<string, string> {
  const people = [...others(), FREQUENT, LONG, ARABIC, HEBREW, HOSTILE];
  // By their places among the others, which have the postcodes of those with whom they live.
  const lodgers: Record<number, Somebody> = { 0: FREQUENT, 4: HOSTILE };
  const residents = people.map((one, at) => {
    const number = `N${String(4_000_000 + at * 7919)}`;
    const host = lodgers[at] ?? one;
    const street = host === HOSTILE ? `${host.first} 4` : `${1 + people.indexOf(host)} Mill Lane`;
    return { ...one, number, street, postcode: String(10_115 + (at % 9)) };
  });
  const visits = residents.flatMap((one) => {
    const times = one.last === FREQUENT.last ? VISITS : 1;
    return Array.from({ length: times }, (_, at) => ({ ...one, on: day(at) }));
  });
  // The same names again without a number, each a little less like the first: of some of them nobody can say who they are.
  for (const one of residents.filter(({ last }) => [LONG.last, ARABIC.last, HEBREW.last, HOSTILE.last].includes(last))) {
    const again = { ...one, number: "", on: day(3) };
    const slip = one.born.replace(/\d$/, (digit) => String((Number(digit) + 5) % 10));
    const year = one.born.replace(/^\d+/, (digits) => String(Number(digits) + 1));
    for (const born of [slip, year, ""]) visits.push({ ...again, born }, { ...again, born, postcode: "10200" });
  }
  return {
    "incoming/residents.csv": [
      "resident_no,national_id,first_name,last_name,born,street,postcode,allowance",
      ...residents.map(({ number, first, last, born, street, postcode }, at) =>
        [`R-${at}`, number, first, last, born, street, postcode, `${at * 3}.50`].map(field).join(","),
      ),
    ].join("\n"),
    "incoming/library_members.csv": [
      "visit;national_id;first_name;last_name;born;postcode;visited",
      ...visits.map((one, at) =>
        [`V-${at}`, one.number, one.first, one.last, one.born, one.postcode, one.on].map(field).join(";"),
      ),
    ].join("\n"),
    "incoming/town_cards.csv": [
      "card,national_id,first_name,last_name,born",
      ...residents
        .filter(({ last }) => last === citizen.last)
        .map(({ number, first, last, born }, at) => [`C-${at}`, number, first, last, born].map(field).join(",")),
    ].join("\n"),
    "registers/residents.toml": `
title = "Residents"
title_fr = "Habitants"
agency = "town"
source = { file = "incoming/residents.csv" }
delivery = "full"
key = ["resident_no"]
legal_basis = "Residents Act, art. 3"
retention = "10y"

[columns]
resident_no = { type = "text", class = "administrative", required = true }
national_id = { type = "text", class = "identifier" }
first_name = { type = "text", class = "identity" }
last_name = { type = "text", class = "identity", required = true }
born = { type = "date", class = "identity" }
street = { type = "text", class = "address" }
postcode = { type = "text", class = "address" }
allowance = { type = "decimal(10,2)", class = "benefit", unit = "EUR" }
`,
    "registers/library_members.toml": `
title = "Library visits"
title_fr = "Visites à la bibliothèque"
agency = "library"
source = { file = "incoming/library_members.csv", delimiter = ";" }
delivery = "full"
key = ["visit"]
legal_basis = "Library Rules, par. 2"
retention = "10y"

[columns]
visit = { type = "text", class = "administrative", required = true }
national_id = { type = "text", class = "identifier" }
first_name = { type = "text", class = "identity" }
last_name = { type = "text", class = "identity", required = true }
born = { type = "date", class = "identity" }
postcode = { type = "text", class = "address" }
visited = { type = "date", class = "administrative" }
`,
    "registers/town_cards.toml": `
title = "Town cards"
title_fr = "Cartes de la ville"
agency = "town"
source = { file = "incoming/town_cards.csv" }
delivery = "full"
key = ["card"]
legal_basis = "Residents Act, art. 5"
retention = "10y"

[columns]
card = { type = "text", class = "administrative", required = true }
national_id = { type = "text", class = "identifier" }
first_name = { type = "text", class = "identity" }
last_name = { type = "text", class = "identity", required = true }
born = { type = "date", class = "identity" }
`,
    "models/person_residents.sql": `
--! kind = "person"
--! register = "residents"
--! says = "Residents as person records"
select _record, national_id, first_name, last_name, born as birth_date, street, postcode
from registers.residents
`.trimStart(),
    "models/person_library_members.sql": `
--! kind = "person"
--! register = "library_members"
--! says = "Visitors as person records"
select _record, national_id, first_name, last_name, born as birth_date, postcode
from registers.library_members
`.trimStart(),
    "models/person_town_cards.sql": `
--! kind = "person"
--! register = "town_cards"
--! says = "Holders of cards as person records"
select _record, national_id, first_name, last_name, born as birth_date
from registers.town_cards
`.trimStart(),
    "linkage.toml": `
purpose = "link-registers"
agreement = "town-and-library"
threshold = 0.95
one_record_per_person = { residents = 0.999 }

[[block]]
on = ["national_id"]
[[block]]
on = ["last_name", "first_name"]
[[block]]
on = ["birth_date"]

[[compare]]
column = "national_id"
as = "identifier"
[[compare]]
column = "first_name"
as = "name"
term_frequency = true
[[compare]]
column = "last_name"
as = "name"
term_frequency = true
[[compare]]
column = "birth_date"
as = "date"
[[compare]]
column = "postcode"
as = "code"
`,
    "agencies/town.toml": `
title = "Town hall"
title_fr = "Mairie"
says = "Keeps the register of residents and grants allowances."
contact = "data@town.example"

[[roles]]
id = "case-officer"
title = "Case officer"
kind = "officer"

[[roles]]
id = "steward"
title = "Data steward"
kind = "steward"

[[roles]]
id = "engineer"
title = "Data engineer"
kind = "engineer"

[[roles]]
id = "data-protection-officer"
title = "Data protection officer"
kind = "data-protection-officer"
`,
    "purposes/link-review.toml": `
says = "Settle whether two records are of the same person."
says_fr = "Établir si deux enregistrements concernent la même personne."
legal_basis = ["Residents Act, art. 9"]
recipients = ["town/steward"]
agreement = "town-and-library"
subject = "link-review"
persons_per_officer_and_day = 2000
valid = { from = 2020-01-01, until = 2099-12-31 }

[discloses]
identity = "value"
address = "value"
identifier = { as = "last", keep = 4 }
`,
    "agreements/town-and-library.toml": `
says = "Link residents and visitors of the library, so that families with an allowance pay no fee."
legal_basis = ["Library Rules, par. 9", "dpv:PublicInterest"]
parties = ["town", "library"]
registers = ["residents", "library_members", "town_cards"]
allows_linking = true
valid = { from = 2020-01-01, until = 2099-12-31 }
`,
    [`purposes/${WAIVER}.toml`]: waiver("2099-12-31"),
  };
}

function waiver(until: string): string {
  return `
says = "Decide whether someone borrows books without a fee."
says_fr = "Décider si une personne emprunte des livres gratuitement."
legal_basis = ["Library Rules, par. 9"]
recipients = ["town/case-officer"]
agreement = "town-and-library"
subject = "one-person"
needs = ["case", "justification"]
persons_per_officer_and_day = 500
valid = { from = 2020-01-01, until = ${until} }

[discloses]
identity = "value"
address = "value"
administrative = "value"
benefit = { as = "yes-no", below = 100 }
identifier = { as = "last", keep = 4 }
`;
}

/** Who acts besides those of `lucarne init`. */
const IDENTITIES = `
[[demo_identities]]
name = "steward"
title = "Data steward"
title_fr = "Responsable de la qualité des données"
as = "town/steward"
`;

/** The small project, and the server that serves it. */
export class Small {
  address = "";
  #tokens = new Map<string, string>();
  #server: ChildProcess | undefined;

  private constructor(private readonly folder: string) {}

  /** Makes the project with everything that the command line does, and serves it on a free port. */
  static async make(citizen: Somebody): Promise<Small> {
    const binary = variable("LUCARNE_BINARY");
    const small = new Small(join(await mkdtemp(join(tmpdir(), "lucarne-small-")), "project"));
    await run(binary, ["init", small.folder]);
    for (const [path, text] of Object.entries(files(citizen))) await writeFile(join(small.folder, path), text);
    const settings = join(small.folder, "lucarne.toml");
    await writeFile(settings, (await readFile(settings, "utf8")) + IDENTITIES);
    // What `init` wrote for its two registers and this project has not.
    for (const path of ["models/allowance.sql", "ontology/allowance.toml"]) await rm(join(small.folder, path));
    for (const step of ["ingest", "build", "link", "index"]) await run(binary, [step, "--quiet", "--project", small.folder]);
    await small.serve("0");
    return small;
  }

  /** Gives the token of an identity. */
  token(name: string): string {
    return this.#tokens.get(name) ?? "";
  }

  /** Changes the last day of the officers' purpose and serves anew, on the same data and where the browser knows it. */
  async purposeEnds(until: string): Promise<void> {
    await this.#end();
    await writeFile(join(this.folder, "purposes", `${WAIVER}.toml`), waiver(until));
    await this.serve(new URL(this.address).port);
  }

  /** Does so with the last day of the stewards' purpose. */
  async reviewEnds(until: string): Promise<void> {
    await this.#end();
    const path = join(this.folder, "purposes", "link-review.toml");
    const text = await readFile(path, "utf8");
    await writeFile(path, text.replace(/until = [\d-]+/, `until = ${until}`));
    await this.serve(new URL(this.address).port);
  }

  /** Does `act` while the header of the residents' delivery lacks a column, so that it can't be read in. */
  async whileSpoilt(act: () => Promise<void>): Promise<void> {
    const path = join(this.folder, "incoming", "residents.csv");
    const text = await readFile(path, "utf8");
    await writeFile(path, text.replace(/,street,/, ",road,"));
    await act().finally(() => writeFile(path, text));
  }

  /** Does `act` while the residents' delivery has one more of them; another `number` makes it another delivery. */
  async whileMore(act: () => Promise<void>, number = 0): Promise<void> {
    const path = join(this.folder, "incoming", "residents.csv");
    const text = await readFile(path, "utf8");
    await writeFile(path, `${text}\nR-new,N9000001,Nadia,Haddad,1991-05-06,7 Ferry Road,10118,${12 + number}.00`);
    await act().finally(() => writeFile(path, text));
  }

  /** Links and indexes anew, with what was judged since, and serves that where the browser knows it. */
  async linkAgain(): Promise<void> {
    await this.#end();
    for (const step of ["link", "index"]) await run(variable("LUCARNE_BINARY"), [step, "--quiet", "--project", this.folder]);
    await this.serve(new URL(this.address).port);
  }

  /** Does `act` while the project has no identity, so that nobody can act. */
  async whileNobodyActs(act: () => Promise<void>): Promise<void> {
    const path = join(this.folder, "lucarne.toml");
    const text = await readFile(path, "utf8");
    const serveWith = async (settings: string) => {
      await this.#end();
      await writeFile(path, settings);
      await this.serve(new URL(this.address).port);
    };
    await serveWith(text.replaceAll(/\[\[demo_identities\]\][^[]*/g, ""));
    await act().finally(() => serveWith(text));
  }

  /** Ends the server and removes the project. */
  async remove(): Promise<void> {
    await this.#end();
    await rm(join(this.folder, ".."), { recursive: true });
  }

  private async serve(port: string): Promise<void> {
    const server = spawn(variable("LUCARNE_BINARY"), ["serve", "--json", "--port", port, "--project", this.folder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#server = server;
    for await (const line of createInterface({ input: server.stdout })) {
      const told = JSON.parse(line) as { address: string; identities: { name: string; token: string }[] };
      this.address = told.address;
      this.#tokens = new Map(told.identities.map(({ name, token }) => [name, token]));
      return;
    }
    throw new Error("the server of the small project did not say that it serves; its errors are above");
  }

  async #end(): Promise<void> {
    const server = this.#server;
    if (!server || server.exitCode !== null) return;
    const ended = new Promise((done) => server.once("exit", done));
    server.kill("SIGTERM");
    await ended;
  }
}

/** Gives tests of the small project in which this person is the citizen; it is made once for all that are made with these. */
export const onSmallOf = (citizen: Somebody) =>
  base.extend<{ asOfficer: () => Promise<void> }, { small: Small }>({
    small: [
      async ({}, use) => {
        const small = await Small.make(citizen);
        await use(small);
        await small.remove();
      },
      { scope: "worker", timeout: 300_000 },
    ],
    baseURL: ({ small }, use) => use(small.address),
    asOfficer: ({ page, small }, use) =>
      use(async () => {
        await enter(page, "officer", small.token("officer"));
        await workOn(page, WAIVER);
      }),
  });

/** Tests of the small project, which is made once for all of them. */
export const onSmall = onSmallOf(HOSTILE);

/** Ends the purpose under which stewards judge for the length of a test. */
export const whileReviewEnded = onSmall.extend<{ end: () => Promise<void> }>({
  end: async ({ small }, use) => {
    let isEnded = false;
    await use(async () => {
      isEnded = true;
      await small.reviewEnds(new Date(Date.now() - 86_400_000).toISOString().slice(0, 10));
    });
    if (isEnded) await small.reviewEnds("2099-12-31");
  },
});

/** Ends the purpose for the length of a test: the server's clock can't be turned, the purpose's last day can. */
export const whileEnded = onSmall.extend<{ end: () => Promise<void> }>({
  end: async ({ small }, use) => {
    let isEnded = false;
    await use(async () => {
      isEnded = true;
      await small.purposeEnds(new Date(Date.now() - 86_400_000).toISOString().slice(0, 10));
    });
    if (isEnded) await small.purposeEnds("2099-12-31");
  },
});
