// The request that was just made, as text to paste: three dialects, two languages.

const DIALECTS = {
  own: ({ root, model, version, png }) => ({
    url: `${root}v1/classify?model=${model}&version=${version}&preprocess=exact`,
    body: { image: png },
  }),
  tfserving: ({ root, model, version, pixels }) => ({
    url: `${root}v1/models/${model}/versions/${version}:predict`,
    body: { instances: [pixels] },
  }),
  openinference: ({ root, model, version, pixels }) => ({
    url: `${root}v2/models/${model}/versions/${version}/infer`,
    body: {
      inputs: [{ name: "pixels", shape: [1, 784], datatype: "FP32", data: pixels }],
    },
  }),
};

const LANGUAGES = {
  curl: ({ url, body }) =>
    `curl -H 'Content-Type: application/json' '${url}' \\\n  -d '${JSON.stringify(body)}'\n`,
  python: ({ url, body }) => [
    "import json",
    "from urllib.request import Request, urlopen",
    "",
    `body = ${JSON.stringify(body)}`,
    "request = Request(",
    `    "${url}",`,
    "    json.dumps(body).encode(),",
    '    {"Content-Type": "application/json"},',
    ")",
    "print(json.load(urlopen(request)))",
    "",
  ].join("\n"),
};

/**
 * A command that asks the same again. `asked` has the root of the service, model,
 * version, and the digit seen: `png` in base64, `pixels` as 784 numbers, 0 to 1.
 */
export function recipe(dialect, language, asked) {
  return LANGUAGES[language](DIALECTS[dialect](asked));
}

/** The pixels of a 28 x 28 picture, 0 to 1, and its bytes in base64. */
export async function asNumbers(picture) {
  const bitmap = await createImageBitmap(picture, { colorSpaceConversion: "none" });
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
  const greys = data.filter((_, place) => place % 4 === 0);
  const bytes = new Uint8Array(await picture.arrayBuffer());
  return {
    pixels: Array.from(greys, (grey) => Number((grey / 255).toFixed(4))),
    png: btoa(String.fromCharCode(...bytes)),
  };
}
