// Drawing with mouse, pen or finger; `element`, `props` come from Gradio, props.value is what Python gets.
const canvas = element.querySelector("canvas");
const pen = canvas.getContext("2d");
pen.lineWidth = canvas.width / 12;
pen.lineCap = pen.lineJoin = "round";
let last = null;

function place(event) {
  const box = canvas.getBoundingClientRect();
  return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
}

function draw(event) {
  if (!last) return;
  const next = place(event);
  pen.beginPath();
  pen.moveTo(...last);
  pen.lineTo(...next);
  pen.stroke();
  last = next;
}

canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  last = place(event);
  draw(event); // a dot
});
canvas.addEventListener("pointermove", draw);
canvas.addEventListener("pointerup", () => {
  last = null;
  props.value = canvas.toDataURL("image/png");
});
element.querySelector("button").addEventListener("click", () => {
  pen.clearRect(0, 0, canvas.width, canvas.height);
  props.value = "";
});
