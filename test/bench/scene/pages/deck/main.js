/**
 * deck.gl's ArcLayer with binary attributes over the same arcs: a ring in which the oldest are replaced. In
 * `#columns` a new data object with the same typed arrays tells of them ten times a second, as its guide has it; in
 * `#buffers` they are buffers of our own, of which only what changed is written, at every frame. Arcs stand still (deck.gl
 * has no shader that flies them): it draws at every frame, and pays for no clock of them.
 */
import { Deck, _GlobeView as GlobeView } from '@deck.gl/core';
import { ArcLayer } from '@deck.gl/layers';

/** Of which a tenth is new each second. */
const ARCS = Number(new URLSearchParams(location.search).get('arcs') ?? 100_000);
const NEW_EACH_SECOND = ARCS / 10;
const COLUMNS_MILLISECONDS = 100;
const ownBuffers = location.hash === '#buffers';

const columns = {
  getSourcePosition: { value: new Float32Array(ARCS * 3), size: 3 },
  getTargetPosition: { value: new Float32Array(ARCS * 3), size: 3 },
  getSourceColor: { value: new Uint8Array(ARCS * 4), size: 4 },
  getTargetColor: { value: new Uint8Array(ARCS * 4), size: 4 },
};
let cursor = 0;
let owed = 0;
let before = performance.now();
fill(ARCS);

const deck = new Deck({
  parent: document.getElementById('picture'),
  views: new GlobeView({ id: 'globe' }),
  initialViewState: { longitude: 110, latitude: 18, zoom: 1 },
  useDevicePixels: 1,
  _animate: true,
  layers: [],
  onLoad: () => {
    const attributes = ownBuffers ? buffersOf(deck.device) : columns;
    deck.setProps({ layers: [arcs(attributes)] });
    requestAnimationFrame(() => frame(attributes));
  },
});

function arcs(attributes) {
  return new ArcLayer({
    id: 'arcs',
    data: { length: ARCS, attributes },
    getWidth: 1.5,
    greatCircle: true,
    // Without this the globe view culls them.
    parameters: { cullMode: 'none' },
  });
}

function buffersOf(device) {
  return Object.fromEntries(
    Object.entries(columns).map(([name, { value, size }]) => [
      name,
      {
        buffer: device.createBuffer({ data: value }),
        size,
        type: value instanceof Float32Array ? 'float32' : 'unorm8',
      },
    ]),
  );
}

function frame(attributes) {
  requestAnimationFrame(() => frame(attributes));
  const now = performance.now();
  const wait = ownBuffers ? 0 : COLUMNS_MILLISECONDS;
  if (now - before < wait) return;
  owed += ((now - before) / 1000) * NEW_EACH_SECOND;
  before = now;
  const count = Math.min(ARCS, Math.floor(owed));
  owed -= count;
  const first = cursor;
  fill(count);
  if (!ownBuffers) deck.setProps({ layers: [arcs(freshColumns())] });
  else if (first + count <= ARCS) write(attributes, first, count);
  else {
    write(attributes, first, ARCS - first);
    write(attributes, 0, first + count - ARCS);
  }
  document.body.dataset.inFlight = String(ARCS);
}

/** The same arrays by other names: deck.gl takes an array that it knows for one that has not changed. */
function freshColumns() {
  const fresh = ([name, { value, size }]) => [name, { value: value.subarray(), size }];
  return Object.fromEntries(Object.entries(columns).map(fresh));
}

function write(buffers, first, count) {
  for (const [name, { value, size }] of Object.entries(columns)) {
    const part = value.subarray(first * size, (first + count) * size);
    buffers[name].buffer.write(part, first * size * value.BYTES_PER_ELEMENT);
  }
}

/** The next arcs of the ring, anywhere in the world, to Tokyo. */
function fill(count) {
  const { getSourcePosition: from, getTargetPosition: to, getSourceColor: tail, getTargetColor: head } = columns;
  for (let i = 0; i < count; i++) {
    const at = cursor;
    from.value[at * 3] = Math.random() * 360 - 180;
    from.value[at * 3 + 1] = Math.random() * 140 - 70;
    to.value[at * 3] = 139.7 + Math.random() * 5;
    to.value[at * 3 + 1] = 35.7 + Math.random() * 5;
    tail.value.set([90, 160, 255, 60], at * 4);
    head.value.set([190, 230, 255, 255], at * 4);
    cursor = (cursor + 1) % ARCS;
  }
}
