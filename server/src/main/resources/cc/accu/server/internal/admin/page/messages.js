const MOST_ROWS = 500;
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
const FILTER_WAIT_MILLIS = 250;

/** A message's text with whatever would not show made visible; it only ever becomes text of a page. */
export function visible(text) {
  return text.replace(CONTROL, (character) => {
    const code = character.codePointAt(0);
    if (code < 0x20) {
      return String.fromCodePoint(0x2400 + code);
    }
    return code === 0x7f ? "\u2421" : `\\u{${code.toString(16)}}`;
  });
}

function textOf(message) {
  return message.message ?? `(base64) ${message.base64}`;
}

function row(message) {
  const origin = document.createElement("span");
  origin.className = "origin";
  origin.textContent = `${message.time.slice(11, 23)} ${visible(message.subject ?? message.peer)} `;
  const item = document.createElement("li");
  item.append(origin, visible(textOf(message)) + (message.cut ? " …" : ""));
  return item;
}

/** The messages as they come. Rows are added once a frame, and only the newest are kept. */
export class LiveMessages {
  #list = document.querySelector("#messages");
  #leftOut = document.querySelector("#left-out");
  #filter = document.querySelector("#filter");
  #pause = document.querySelector("#pause");
  #waiting = [];
  #missed = 0;
  #paused = false;
  #source;

  constructor() {
    let typing;
    this.#filter.addEventListener("input", () => {
      clearTimeout(typing);
      typing = setTimeout(() => this.#restart(), FILTER_WAIT_MILLIS);
    });
    document.querySelector("#controls").addEventListener("submit", (event) => event.preventDefault());
    document.querySelector("#clear").addEventListener("click", () => this.#clear());
    this.#pause.addEventListener("click", () => this.#setPaused(!this.#paused));
    this.#open();
  }

  #open() {
    this.#source = new EventSource("messages?filter=" + encodeURIComponent(this.#filter.value));
    this.#source.onmessage = (event) => this.#came(JSON.parse(event.data));
    this.#source.addEventListener("left-out", (event) => {
      this.#missed += JSON.parse(event.data).lines;
      this.#leftOut.textContent = `${this.#missed.toLocaleString()} not shown: too many at once`;
    });
    this.#source.onerror = () => {
      if (this.#source.readyState === EventSource.CLOSED) {
        setTimeout(() => this.#restart(), 2000);
      }
    };
  }

  #restart() {
    this.#source.close();
    this.#clear();
    this.#open();
  }

  #clear() {
    this.#waiting = [];
    this.#missed = 0;
    this.#leftOut.textContent = "";
    this.#list.replaceChildren();
  }

  #setPaused(paused) {
    this.#paused = paused;
    this.#pause.textContent = paused ? "Go on" : "Pause";
    this.#pause.setAttribute("aria-pressed", String(paused));
    this.#draw();
  }

  #came(message) {
    if (this.#waiting.length === 0) {
      requestAnimationFrame(() => this.#draw());
    }
    this.#waiting.push(message);
    if (this.#waiting.length > MOST_ROWS) {
      this.#waiting.shift();
    }
  }

  #draw() {
    if (this.#paused || this.#waiting.length === 0) {
      return;
    }
    const list = this.#list;
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
    list.append(...this.#waiting.map(row));
    this.#waiting = [];
    while (list.childElementCount > MOST_ROWS) {
      list.firstElementChild.remove();
    }
    if (atEnd) {
      list.scrollTop = list.scrollHeight;
    }
  }
}
