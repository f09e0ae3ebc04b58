// Recomputes a receipt in the browser: the commitment in the log's entry is SHA-256 over the digests of the parts, each
// part's digest SHA-256 over salt, name, a zero byte and text.

const encoder = new TextEncoder();

/** Gives the bytes that hexadecimal digits stand for. */
export function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  const pairs = hex.match(/../g) ?? [];
  return Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
}

/** Gives bytes as hexadecimal digits. */
export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Puts pieces one after the other. */
export function join(pieces: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

async function digestOf(part: HTMLElement): Promise<Uint8Array> {
  const { salt, name, digest } = part.dataset;
  if (salt === undefined) return bytesOf(digest ?? "");
  const text = part.querySelector("[data-text]")?.textContent ?? "";
  return sha256(join([bytesOf(salt), encoder.encode(name ?? ""), new Uint8Array(1), encoder.encode(text)]));
}

/** Tells whether the parts make the commitment, and the log's entry has it. */
async function holds(receipt: HTMLElement): Promise<boolean> {
  const parts = Array.from(receipt.querySelectorAll<HTMLElement>("[data-part]"));
  const commitment = hexOf(await sha256(join(await Promise.all(parts.map(digestOf)))));
  const entry: unknown = JSON.parse(receipt.querySelector("[data-entry]")?.textContent ?? "null");
  const logged = typeof entry === "object" && entry !== null && "commitment" in entry ? entry.commitment : undefined;
  return parts.length > 0 && commitment === logged;
}

/** Adds a button that checks the receipt. */
export function checkReceipt(receipt: HTMLElement): void {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button quiet";
  button.textContent = receipt.dataset.check ?? "";
  const result = document.createElement("p");
  result.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    const good = await holds(receipt).catch(() => false);
    result.className = good ? "note good" : "note bad";
    result.textContent = (good ? receipt.dataset.good : receipt.dataset.bad) ?? "";
  });
  receipt.querySelector("p")?.after(button, result);
}
