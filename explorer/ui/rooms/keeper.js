// What a browser keeps of a room: a token of its own, made here by chance, and the teacher's secret.
// Neither stays in the address, which is on the projector and in links that are passed on.
const made = {};

const read = (name) => {
  try {
    return localStorage.getItem(name) ?? "";
  } catch {
    return ""; // a browser that stores nothing: the token lasts until the page is left
  }
};
const write = (name, value) => {
  try {
    if (value) localStorage.setItem(name, value);
    else localStorage.removeItem(name);
  } catch {
    // as above
  }
};
const newToken = () =>
  btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

export default ({ data, setStateValue }) => {
  const { code, secret, forget, known } = data;
  const [own, teachers] = ["pupil", "teacher"].map((who) => `embedding-explorer room ${code} ${who}`);
  if (forget) {
    write(own, "");
    write(teachers, "");
    delete made[code];
    return;
  }
  if (secret) write(teachers, secret);
  let pupil = read(own);
  if (!/^[\w-]{22}$/.test(pupil)) {
    pupil = made[code] ??= newToken();
    write(own, pupil);
  }
  const told = { pupil, secret: secret || read(teachers) };
  if (told.pupil !== known.pupil || told.secret !== known.secret) setStateValue("told", told);
};
