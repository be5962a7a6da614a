/** Takes pictures (PNG) and short recordings (WebM) of the scene, made on this machine and saved by the browser. */
import { offerFile } from '../panels/desk/offer-file.ts';
import type { PictureLoop } from '../scene/picture-loop.ts';
import type { PageState } from '../state.ts';
import { captionOf, pictureName } from './caption.ts';
import { compose } from './composition.ts';

const LONGEST_SECONDS = 60;
const FRAME_SECONDS = 1 / 30;
const BITS_PER_SECOND = 8_000_000;
const TYPES = ['video/webm;codecs=vp8', 'video/webm'] as const;

interface Recording {
  readonly recorder: MediaRecorder;
  readonly track: CanvasCaptureMediaStreamTrack;
  readonly timer: ReturnType<typeof setTimeout>;
}

export class PagePictures {
  readonly #loop: PictureLoop;
  readonly #state: PageState;
  readonly #changed: () => void;
  readonly #canvas = document.createElement('canvas');
  #isWanted = false;
  #composed = Number.NEGATIVE_INFINITY;
  #recording: Recording | null = null;

  constructor(loop: PictureLoop, state: PageState, changed: () => void) {
    this.#loop = loop;
    this.#state = state;
    this.#changed = changed;
    loop.drawn = () => this.#drawn();
  }

  /** Of the next picture. */
  take(): void {
    this.#isWanted = true;
  }

  /** Begins a recording, or ends it. */
  toggleRecording(): void {
    if (this.#recording === null) this.#begin();
    else this.#end();
  }

  #drawn(): void {
    const { canvas } = this.#loop;
    const now = performance.now() / 1000;
    const isDue = this.#recording !== null && now - this.#composed >= FRAME_SECONDS * 0.9;
    if (canvas === null || !(this.#isWanted || isDue)) return;
    this.#composed = now;
    compose(this.#canvas, canvas, document.getElementById('labels')!, captionOf(this.#state));
    // A canvas that is not on the page gives frames only when it is told to.
    this.#recording?.track.requestFrame();
    if (!this.#isWanted) return;
    this.#isWanted = false;
    const name = pictureName(this.#state);
    this.#canvas.toBlob((blob) => {
      if (blob) offerFile(`${name}.png`, blob);
    }, 'image/png');
  }

  #begin(): void {
    const type =
      typeof MediaRecorder === 'undefined' ? undefined : TYPES.find((one) => MediaRecorder.isTypeSupported(one));
    if (type === undefined || !this.#loop.drawing) {
      this.#tell('missing');
      return;
    }
    const name = pictureName(this.#state);
    const pieces: Blob[] = [];
    const { canvas } = this.#loop;
    // Of a canvas without a drawing, or of another size, no frame is taken.
    if (canvas !== null) compose(this.#canvas, canvas, document.getElementById('labels')!, captionOf(this.#state));
    const stream = this.#canvas.captureStream(0);
    const recorder = new MediaRecorder(stream, { mimeType: type, videoBitsPerSecond: BITS_PER_SECOND });
    recorder.addEventListener('dataavailable', ({ data }) => pieces.push(data));
    recorder.addEventListener('stop', () => {
      for (const track of stream.getTracks()) track.stop();
      const content = new Blob(pieces, { type: 'video/webm' });
      // A machine that is too slow for it makes none.
      if (content.size > 0) offerFile(`${name}.webm`, content);
      else this.#tell('missing');
    });
    recorder.start(1_000);
    const track = stream.getVideoTracks()[0] as CanvasCaptureMediaStreamTrack;
    this.#recording = { recorder, track, timer: setTimeout(() => this.#end(), LONGEST_SECONDS * 1000) };
    this.#tell('running');
  }

  #end(): void {
    if (this.#recording === null) return;
    clearTimeout(this.#recording.timer);
    this.#recording.recorder.stop();
    this.#recording = null;
    this.#tell('off');
  }

  #tell(recording: PageState['recording']): void {
    this.#state.recording = recording;
    this.#changed();
  }
}
