// Adds the reader's own time to meetings whose clock is another one. Without it nothing is missing.
const { lang, dataset } = document.documentElement;
const locale = dataset.locale || lang;
const style = { hour: "numeric", minute: "2-digit" };

// “UTC+3”, as the page names the offsets of zones.
function offset(moment) {
  const minutes = -moment.getTimezoneOffset();
  const rest = Math.abs(minutes) % 60;
  const hours = Math.floor(Math.abs(minutes) / 60) + (rest ? `:${String(rest).padStart(2, "0")}` : "");
  return minutes ? `UTC${minutes > 0 ? "+" : "−"}${hours}` : "UTC";
}

for (const line of document.querySelectorAll("[data-starts]")) {
  const [starts, ends] = [new Date(line.dataset.starts), new Date(line.dataset.ends)];
  const there = { ...style, timeZone: line.dataset.zone };
  const day = { day: "numeric", month: "long" };
  const write = (options) => new Intl.DateTimeFormat(locale, options).formatRange(starts, ends);
  const same = write({ ...day, ...style }) === write({ ...day, ...there });
  if (same) continue;
  const onDay = (zone) => new Intl.DateTimeFormat(locale, { ...day, timeZone: zone }).format(starts);
  const otherDay = onDay(undefined) !== onDay(line.dataset.zone);
  const one = new Intl.DateTimeFormat(locale, { ...day, ...style });
  const range =
    starts.toDateString() === ends.toDateString()
      ? write(otherDay ? { ...day, ...style } : style)
      : `${one.format(starts)} – ${one.format(ends)}`;
  // Two clock times of one day stand close, as on the rest of the page.
  const close = /[^\d:\s–]/.test(range) ? range : range.replace(/\s*–\s*/, "–");
  const text = `${close} (${offset(starts)})`;
  const own = document.createElement("span");
  own.className = "own-time";
  own.textContent = line.dataset.own.replace("{time}", text);
  line.append(" ", own);
}
