// Draws a route without tiles: communes around as the base layer, the line, numbered stops, the office.
const box = document.getElementById("map");
const BLUE = "#0b4a94";
const GREY = "#6b7280";
const AMBER = "#8a5a00";
// Below this a point is as good as a door, and a circle would only hide its number.
const AS_GOOD_AS_A_DOOR = 100;
// A circle much wider than the way is left to whoever zooms out: it would press the way into a blot.
const WIDEST_OF_THE_WAY = 0.75;

function labelled(lat, lon, text, className, anchor) {
  const icon = L.divIcon({ className, html: "", iconSize: null, iconAnchor: anchor });
  const marker = L.marker([lat, lon], { icon, keyboard: false, interactive: false });
  // Text goes in as text: names come from data.
  marker.on("add", () => { marker.getElement().textContent = text; });
  return marker;
}

// Stops of which only the commune is known share its point: one mark bears their numbers.
function together(stops) {
  const spots = new Map();
  for (const stop of stops) {
    const key = `${stop.lat},${stop.lon}`;
    if (!spots.has(key)) spots.set(key, []);
    spots.get(key).push(stop);
  }
  return [...spots.values()];
}

function numbersOf(stops) {
  const numbers = stops.map((stop) => stop.position);
  return numbers.length > 3 ? `${numbers.slice(0, 2).join(" · ")} +${numbers.length - 2}` : numbers.join(" · ");
}

function coarse(stop) { return (stop.accuracy ?? 0) > AS_GOOD_AS_A_DOOR; }

async function draw() {
  const answer = await fetch(box.dataset.points, { headers: { Accept: "application/json" } });
  if (!answer.ok || answer.redirected) return;
  const { office, stops, communes } = await answer.json();
  box.hidden = false;
  document.getElementById("map-note").hidden = true;
  const map = L.map(box, { attributionControl: false, zoomSnap: 0.25 });
  const way = [[office.lat, office.lon], ...stops.map((s) => [s.lat, s.lon]), [office.lat, office.lon]];
  const shown = L.latLngBounds(way);
  const blurred = together(stops).map((spot) => spot.find(coarse)).filter(Boolean);
  const far = map.distance(shown.getSouthWest(), shown.getNorthEast()) || Infinity;
  for (const stop of blurred) {
    if (stop.accuracy > far * WIDEST_OF_THE_WAY) continue;
    shown.extend(L.latLng(stop.lat, stop.lon).toBounds(2 * stop.accuracy));
  }
  map.fitBounds(shown.pad(0.12), { maxZoom: 17 });
  for (const stop of blurred) {
    L.circle([stop.lat, stop.lon], {
      radius: stop.accuracy, color: AMBER, weight: 1.5, dashArray: "6 5", fillOpacity: 0.06, interactive: false,
    }).addTo(map);
  }
  for (const commune of communes) {
    // The office's own commune has the same point: the star stands for both.
    if (commune.lat === office.lat && commune.lon === office.lon) continue;
    L.circleMarker([commune.lat, commune.lon], { radius: 3, color: GREY, weight: 1, fillOpacity: 1, fillColor: "#fff", interactive: false }).addTo(map);
    labelled(commune.lat, commune.lon, commune.name, "map-name", [-6, 10]).addTo(map);
  }
  L.polyline(way, { color: BLUE, weight: 3, opacity: 0.7, interactive: false }).addTo(map);
  for (const spot of together(stops)) {
    const { lat, lon, kind } = spot[0];
    const looks = ["map-stop", kind, spot.some(coarse) ? "coarse" : "", spot.length > 1 ? "several" : ""];
    // An office often stands at its commune's point: what is known no better hangs below the star.
    const down = lat === office.lat && lon === office.lon ? -19 : 15;
    labelled(lat, lon, numbersOf(spot), looks.join(" ").trim(), [15, down]).addTo(map);
  }
  labelled(office.lat, office.lon, "★", "map-office", [16, 16]).addTo(map);
  L.control.scale({ imperial: false, position: "topright" }).addTo(map);
}

draw();
