// The pad: strokes and pictures, with undo. What they mean is for others to ask.

const SENT = 224; // the side of the drawing that is sent: twice what the service needs
const PAPER = "#ffffff";
const INK = "#10131a";
const PEN = 1 / 14; // of the pad's side
const SMALL = 64; // pictures up to this side are shown with their pixels

export class Pad {
  #canvas;
  #context;
  #changed;
  #scenes = [[]]; // each a list of marks: strokes, or a picture under them
  #now = 0;
  #stroke = null;
  #pointer = null;
  #coming = null; // the picture that was brought last

  /** Draw on `canvas`; `changed` is called whenever it shows something else. */
  constructor(canvas, changed) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d");
    this.#changed = changed;
    canvas.addEventListener("pointerdown", (event) => this.#begin(event));
    canvas.addEventListener("pointermove", (event) => this.#go(event));
    canvas.addEventListener("pointerup", (event) => this.#end(event));
    canvas.addEventListener("pointercancel", (event) => this.#end(event));
    this.#paint();
  }

  get isEmpty() {
    return this.#scene.length === 0 && !this.isDrawing;
  }

  get isDrawing() {
    return this.#stroke !== null;
  }

  /** Whether there is but the beginning of a stroke, too little to be asked about. */
  get isDot() {
    if (this.#scene.length > 0 || !this.isDrawing) return false;
    const [from] = this.#stroke;
    const far = 2 * PEN * this.#canvas.width;
    return this.#stroke.every(({ x, y }) => Math.hypot(x - from.x, y - from.y) < far);
  }

  get canUndo() {
    return this.#now > 0;
  }

  get canRedo() {
    return this.#now < this.#scenes.length - 1;
  }

  undo() {
    this.#step(-1);
  }

  redo() {
    this.#step(1);
  }

  clear() {
    if (!this.isEmpty) this.#commit([]);
  }

  /** Show a picture in place of everything; it is sent as it is, byte for byte. */
  async show(picture) {
    this.#coming = picture;
    const bitmap = await createImageBitmap(picture).catch(() => null);
    if (this.#coming === picture) this.#commit([{ picture, bitmap }]);
    return bitmap !== null;
  }

  /** What to send: the picture that was brought, or the drawing as a PNG. */
  async picture() {
    const [first, ...others] = this.#scene;
    if (first?.picture && others.length === 0 && !this.#stroke) return first.picture;
    const small = new OffscreenCanvas(SENT, SENT);
    const context = small.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(this.#canvas, 0, 0, SENT, SENT);
    return small.convertToBlob({ type: "image/png" });
  }

  get #scene() {
    return this.#scenes[this.#now];
  }

  #step(by) {
    const to = this.#now + by;
    if (this.#stroke || to < 0 || to >= this.#scenes.length) return;
    this.#now = to;
    this.#paint();
    this.#changed();
  }

  #commit(scene) {
    this.#stroke = null;
    this.#pointer = null;
    this.#scenes = [...this.#scenes.slice(0, this.#now + 1), scene];
    this.#now += 1;
    this.#paint();
    this.#changed();
  }

  #begin(event) {
    if (this.#pointer !== null || event.button !== 0) return;
    event.preventDefault();
    this.#canvas.setPointerCapture(event.pointerId);
    this.#pointer = event.pointerId;
    this.#stroke = [this.#point(event)];
    drawStroke(this.#context, this.#stroke);
    this.#changed();
  }

  #go(event) {
    if (event.pointerId !== this.#pointer) return;
    const between = event.getCoalescedEvents?.() ?? [];
    for (const each of between.length ? between : [event]) {
      this.#stroke.push(this.#point(each));
      drawStroke(this.#context, this.#stroke.slice(-2));
    }
    this.#changed();
  }

  #end(event) {
    if (event.pointerId !== this.#pointer) return;
    // A picture that cannot be shown is not there to be drawn on.
    const shown = this.#scene.filter((mark) => !mark.picture || mark.bitmap);
    this.#commit([...shown, { stroke: this.#stroke }]);
  }

  /** Where the pointer is, and how wide the pen: a real pen's pressure counts. */
  #point(event) {
    const box = this.#canvas.getBoundingClientRect();
    const side = this.#canvas.width;
    const pressed = event.pointerType === "pen" && event.pressure > 0;
    return {
      x: ((event.clientX - box.left) / box.width) * side,
      y: ((event.clientY - box.top) / box.height) * side,
      width: side * PEN * (pressed ? 0.5 + event.pressure : 1),
    };
  }

  #paint() {
    const { width, height } = this.#canvas;
    this.#context.fillStyle = PAPER;
    this.#context.fillRect(0, 0, width, height);
    for (const mark of this.#scene) {
      if (mark.stroke) drawStroke(this.#context, mark.stroke);
      else if (mark.bitmap) drawPicture(this.#context, mark.bitmap);
    }
  }
}

function drawStroke(context, points) {
  context.strokeStyle = INK;
  context.lineCap = "round";
  context.lineJoin = "round";
  points.forEach((to, place) => {
    const from = points[place - 1] ?? to;
    context.lineWidth = to.width;
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x, to.y);
    context.stroke();
  });
}

function drawPicture(context, bitmap) {
  const side = context.canvas.width;
  const scale = side / Math.max(bitmap.width, bitmap.height);
  const [width, height] = [bitmap.width * scale, bitmap.height * scale];
  context.imageSmoothingEnabled = Math.max(bitmap.width, bitmap.height) > SMALL;
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, (side - width) / 2, (side - height) / 2, width, height);
}
