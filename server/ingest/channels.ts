/** The runs of sensors that the server knows; those of one sensor are opened one after another. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { SensorHello } from '../../shared/wire/messages.ts';
import type { SlotTables } from '../enrich/slot-tables.ts';
import type { Catalog } from '../store/stores.ts';
import type { Channel, ChannelPeer } from './channel.ts';
import { runOf } from './sensor-runs.ts';

/** Runs that are kept in mind; should one that was forgotten come back, the store knows how far it was. */
const MAX_CHANNELS = 1_000;
/** What an earlier run of the same sensor left waiting is stored within this time, or given back. */
const SETTLE_MILLISECONDS = 10_000;
const SETTLE_STEP_MILLISECONDS = 20;

export class Channels {
  readonly #catalog: Catalog;
  readonly #channels = new Map<string, Channel>();
  readonly #slots: SlotTables;
  /** The last hello of each sensor that is not open yet, by the sensor's name. */
  readonly #opening = new Map<string, Promise<unknown>>();

  constructor(catalog: Catalog, slots: SlotTables) {
    this.#catalog = catalog;
    this.#slots = slots;
  }

  all(): Channel[] {
    return [...this.#channels.values()];
  }

  /** Whether a sensor brings something to the session, or what one brought is not stored yet. */
  isFed(session: number): boolean {
    return this.all().some(
      (channel) => channel.session.id === session && (channel.peer !== null || !isSettled(channel)),
    );
  }

  /** The session was deleted. */
  forget(session: number): void {
    for (const [key, channel] of this.#channels) if (channel.session.id === session) this.#channels.delete(key);
  }

  /** The channel for a hello; `prepare` ends before the next of that sensor is opened. Other sensors wait for nothing. */
  open(hello: SensorHello, peer: ChannelPeer, prepare: (channel: Channel) => Promise<void>): Promise<Channel> {
    const { name } = hello;
    const opened = (this.#opening.get(name) ?? Promise.resolve()).then(async () => {
      const channel = await this.#openNow(hello, peer);
      await prepare(channel);
      return channel;
    });
    const settled = opened
      .catch(() => undefined)
      .then(() => {
        if (this.#opening.get(name) === settled) this.#opening.delete(name);
      });
    this.#opening.set(name, settled);
    return opened;
  }

  async #openNow(hello: SensorHello, peer: ChannelPeer): Promise<Channel> {
    const sensor = await this.#catalog.sensor(hello.name, hello.place);
    const session = await this.#catalog.session({ ...hello.session, sensor: sensor.id, epoch: hello.epoch });
    await this.#endOthers(sensor.id, session.id, hello);
    const storedSequence = await this.#catalog.position(sensor.id, hello.epoch);
    const earlier = await this.#positions(sensor.id, hello);
    const key = `${sensor.id}/${hello.epoch}`;
    const known = this.#channels.get(key);
    const isSame = known !== undefined && runOf(known.hello) === runOf(hello) && known.hello.backlog === hello.backlog;
    const channel: Channel = isSame
      ? known
      : {
          sensor,
          session,
          hello,
          slots: this.#slots.of(hello.prefixes),
          earlier,
          lastSequence: storedSequence,
          storedSequence,
          newestSeconds: { 4: Number.NEGATIVE_INFINITY, 6: Number.NEGATIVE_INFINITY },
          health: null,
          state: 'connected',
          lastHeardMilliseconds: Date.now(),
          peer,
        };
    channel.peer = peer;
    channel.state = 'connected';
    this.#channels.set(key, channel);
    this.#forgetOldest();
    return channel;
  }

  async #positions(sensor: number, { earlier = [] }: SensorHello): Promise<Channel['earlier']> {
    const positions: Channel['earlier'] = [];
    for (const { epoch } of earlier)
      positions.push({ epoch, resumeAfter: await this.#catalog.position(sensor, epoch) });
    return positions;
  }

  /**
   * A sensor is one process at a time: other connections of it end, and what they brought is stored before anything new
   * is. One process may bring several epochs side by side. Throws when the store takes too long: what it has is then not known.
   */
  async #endOthers(sensor: number, session: number, hello: SensorHello): Promise<void> {
    for (const channel of this.all()) {
      if (channel.sensor.id !== sensor || channel.session.id !== session) continue;
      if (runOf(channel.hello) === runOf(hello) && channel.hello.epoch !== hello.epoch) continue;
      const { peer } = channel;
      channel.peer = null;
      peer?.refuse('INGEST_REPLACED', 'a sensor of the same name connected anew');
      for (let waited = 0; !isSettled(channel) && this.#has(channel); waited += SETTLE_STEP_MILLISECONDS) {
        if (waited >= SETTLE_MILLISECONDS) throw new Error('what it brought before is not stored yet');
        await sleep(SETTLE_STEP_MILLISECONDS);
      }
    }
  }

  #has(channel: Channel): boolean {
    return this.all().includes(channel);
  }

  /** Ends a channel whose frames could not be stored: its sensor begins again where the store stands. */
  drop(channel: Channel, code: string, message: string): void {
    const { peer } = channel;
    channel.peer = null;
    if (channel.state === 'connected') channel.state = 'lost';
    for (const [key, known] of this.#channels) if (known === channel) this.#channels.delete(key);
    peer?.refuse(code, message);
  }

  #forgetOldest(): void {
    if (this.#channels.size <= MAX_CHANNELS) return;
    for (const [key, channel] of this.#channels) {
      if (channel.peer !== null || !isSettled(channel)) continue;
      this.#channels.delete(key);
      return;
    }
  }
}

/** Everything that was taken in is stored. */
function isSettled({ lastSequence, storedSequence }: Channel): boolean {
  return lastSequence === storedSequence;
}
