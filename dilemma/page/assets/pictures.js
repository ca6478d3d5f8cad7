// What is drawn of each kind of game: a list of pictures, each a title, the picture, and words below.
// A kind that comes later gets its picture here, and its script where its class has it.
const PICTURES = {
  matrix: [mixPicture, mapPicture],
  tree: [treePicture, mapPicture],
  network: [networkPicture, mapPicture, alongPicture],
  dynamic: [statesPicture, mapPicture, alongPicture],
  continuous: [curvesPicture, alongPicture],
  sequential: [leadersPicture, alongPicture],
};
// What is paid, as a table; where numbers are chosen, what is chosen.
const SHEETS = { matrix: table, tree: endsTable, network: networksTable, dynamic: stagesTable };
const axisName = (about) => `${plainLetter(about)}: ${about.means} [${about.unit}]`;
const clipped = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

// Whose line is whose, and what the dots mean, beside a square of best replies.
const SQUARE = { left: 64, top: 12, width: 262, height: 262 };
const key = (players) => players.map((p, k) => line([[348, 34 + 26 * k], [388, 34 + 26 * k]], { stroke: p.colour, "stroke-width": 4, "stroke-dasharray": DASHES[k] }) + words(396, 38 + 26 * k, clipped(p.title, 20), { fill: p.colour, "font-weight": 600 })).join("");
const marks = (filled, hollow) => dot(368, 92, true) + words(396, 96, filled) + dot(368, 118, false) + words(396, 122, hollow);
