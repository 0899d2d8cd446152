// Looks again every second until the work is done. Without it there is a link to do so.
const shown = document.querySelector("[data-progress]");
const look = async () => {
  const answer = await fetch(location.href);
  const there = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-progress]");
  if (!there) return location.reload();
  shown.querySelector("progress").value = there.querySelector("progress").value;
  const words = shown.querySelector("[role=status]"), now = there.querySelector("[role=status]").textContent;
  if (words.textContent !== now) words.textContent = now;
  setTimeout(look, 1000);
};
setTimeout(look, 1000);
