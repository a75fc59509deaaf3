// Real test digits to click: each is sent as the 28 x 28 pixels that it is.

const SIDE = 28;

/** Fill the two lists; `show(picture)` gets the digit that is chosen. */
export async function fillGallery(assets, show) {
  const [digits, sprite] = await Promise.all([
    fetch(`${assets}gallery.json`).then((response) => response.json()),
    fetch(`${assets}gallery.png`)
      .then((response) => response.blob())
      .then((blob) => createImageBitmap(blob)),
  ]);
  digits.forEach((digit, place) => {
    const misread = Object.keys(digit.read_as).length > 0;
    const list = document.getElementById(misread ? "misread" : "plain");
    list.append(newTile(digit, place, sprite, show));
  });
}

function newTile(digit, place, sprite, show) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  canvas.getContext("2d").drawImage(sprite, -SIDE * place, 0);
  const button = document.createElement("button");
  button.type = "button";
  button.title = told(digit);
  button.setAttribute("aria-label", told(digit));
  button.append(canvas);
  button.addEventListener("click", () => {
    canvas.toBlob((picture) => show(picture), "image/png");
  });
  const item = document.createElement("li");
  item.append(button);
  return item;
}

/** Which it is, and what the versions that were asked when it was chosen read. */
function told({ index, label, read_as: readings }) {
  const wrong = Object.entries(readings)
    .map(([version, digit]) => `version ${version} reads ${digit}`);
  return [`A ${label}, test picture ${index}`, ...wrong].join("; ");
}
