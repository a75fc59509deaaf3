// Pictures from elsewhere: a file, the clipboard, something dropped, a camera.

/** Let `show(picture)` have whatever picture is brought to the page. */
export function bring(show, note) {
  for (const id of ["file", "shot"]) {
    const input = document.getElementById(id);
    input.addEventListener("change", () => {
      if (input.files.length) show(input.files[0]);
      input.value = ""; // so that the same file can be chosen again
    });
  }
  document.getElementById("choose").addEventListener("click", chooseFile);
  document.addEventListener("paste", (event) => pasted(event, show));
  acceptDrops(show, note);
  offerPaste(show, note);
  offerCamera(show, note);
}

function chooseFile() {
  document.getElementById("file").click();
}

function pasted(event, show) {
  const picture = firstPicture(event.clipboardData.files);
  if (!picture) return;
  event.preventDefault();
  show(picture);
}

function acceptDrops(show, note) {
  const over = (on) => document.body.classList.toggle("over", on);
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    over(true);
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) over(false);
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    over(false);
    const picture = firstPicture(event.dataTransfer.files);
    if (picture) show(picture);
    else note("That is no picture.");
  });
}

/** A button that pastes, for those without a keyboard, where browsers have that. */
function offerPaste(show, note) {
  const button = document.getElementById("paste");
  button.hidden = !navigator.clipboard?.read;
  button.addEventListener("click", async () => {
    try {
      for (const item of await navigator.clipboard.read()) {
        const type = item.types.find((name) => name.startsWith("image/"));
        if (type) return show(await item.getType(type));
      }
      note("There is no picture to paste.");
    } catch {
      note("The browser does not let the page paste; Ctrl V will do.");
    }
  });
}

/** Where the page may not see the camera, a phone's own camera app will do. */
function offerCamera(show, note) {
  document.getElementById("camera").addEventListener("click", () => {
    if (navigator.mediaDevices?.getUserMedia) takePicture(show, note);
    else document.getElementById("shot").click();
  });
}

async function takePicture(show, note) {
  const dialog = document.getElementById("viewfinder");
  const video = document.getElementById("video");
  let stream;
  try {
    const wanted = { facingMode: "environment", width: 1280 };
    stream = await navigator.mediaDevices.getUserMedia({ video: wanted });
  } catch {
    note("There is no camera, or the browser does not let the page see it.");
    return;
  }
  const close = () => dialog.close();
  const shoot = async () => {
    const frame = await grab(video);
    dialog.close();
    show(frame);
  };
  const [button, cancel] = ["shoot", "no-shot"].map((id) => document.getElementById(id));
  const ended = new AbortController();
  button.addEventListener("click", shoot, { signal: ended.signal });
  cancel.addEventListener("click", close, { signal: ended.signal });
  dialog.addEventListener("close", () => {
    ended.abort();
    video.srcObject = null;
    stream.getTracks().forEach((track) => track.stop());
  }, { signal: ended.signal });
  video.srcObject = stream;
  dialog.showModal();
  await video.play();
}

function grab(video) {
  const frame = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  frame.getContext("2d").drawImage(video, 0, 0);
  return frame.convertToBlob({ type: "image/jpeg", quality: 0.92 });
}

function firstPicture(files) {
  return [...files].find((file) => file.type.startsWith("image/") || !file.type);
}
