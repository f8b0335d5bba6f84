// Draws a route without tiles: communes around as the base layer, the line, numbered stops, the office.
const box = document.getElementById("map");
const BLUE = "#0b4a94";
const GREY = "#6b7280";

function labelled(lat, lon, text, className, anchor) {
  const icon = L.divIcon({ className, html: "", iconSize: null, iconAnchor: anchor });
  const marker = L.marker([lat, lon], { icon, keyboard: false, interactive: false });
  // Text goes in as text: names come from data.
  marker.on("add", () => { marker.getElement().textContent = text; });
  return marker;
}

async function draw() {
  const answer = await fetch(box.dataset.points, { headers: { Accept: "application/json" } });
  if (!answer.ok || answer.redirected) return;
  const { office, stops, communes } = await answer.json();
  box.hidden = false;
  document.getElementById("map-note").hidden = true;
  const map = L.map(box, { attributionControl: false, zoomSnap: 0.25 });
  const way = [[office.lat, office.lon], ...stops.map((s) => [s.lat, s.lon]), [office.lat, office.lon]];
  map.fitBounds(L.latLngBounds(way).pad(0.12), { maxZoom: 17 });
  for (const commune of communes) {
    // The office's own commune has the same point: the star stands for both.
    if (commune.lat === office.lat && commune.lon === office.lon) continue;
    L.circleMarker([commune.lat, commune.lon], { radius: 3, color: GREY, weight: 1, fillOpacity: 1, fillColor: "#fff", interactive: false }).addTo(map);
    labelled(commune.lat, commune.lon, commune.name, "map-name", [-6, 10]).addTo(map);
  }
  L.polyline(way, { color: BLUE, weight: 3, opacity: 0.7, interactive: false }).addTo(map);
  for (const stop of stops) labelled(stop.lat, stop.lon, stop.position, `map-stop ${stop.kind}`, [15, 15]).addTo(map);
  labelled(office.lat, office.lon, "★", "map-office", [16, 16]).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
}

draw();
