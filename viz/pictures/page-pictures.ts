/** Takes pictures (PNG) and short recordings (WebM) of the scene, made on this machine and saved by the browser. */
import { offerFile } from '../panels/desk/offer-file.ts';
import type { PictureLoop } from '../scene/picture-loop.ts';
import type { PageState } from '../state.ts';
import { captionOf, pictureName } from './caption.ts';
import { compose } from './composition.ts';

const LONGEST_SECONDS = 60;
const FRAMES_PER_SECOND = 30;
const BITS_PER_SECOND = 8_000_000;
const TYPES = ['video/webm;codecs=vp9', 'video/webm;codecs=vp8', 'video/webm'] as const;

interface Recording {
  readonly recorder: MediaRecorder;
  readonly timer: ReturnType<typeof setTimeout>;
}

export class PagePictures {
  readonly #loop: PictureLoop;
  readonly #state: PageState;
  readonly #changed: () => void;
  readonly #canvas = document.createElement('canvas');
  #isWanted = false;
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
    if (canvas === null || !(this.#isWanted || this.#recording !== null)) return;
    compose(this.#canvas, canvas, document.getElementById('labels')!, captionOf(this.#state));
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
    const stream = this.#canvas.captureStream(FRAMES_PER_SECOND);
    const recorder = new MediaRecorder(stream, { mimeType: type, videoBitsPerSecond: BITS_PER_SECOND });
    recorder.addEventListener('dataavailable', ({ data }) => pieces.push(data));
    recorder.addEventListener('stop', () => {
      for (const track of stream.getTracks()) track.stop();
      offerFile(`${name}.webm`, new Blob(pieces, { type: 'video/webm' }));
    });
    recorder.start(1_000);
    this.#recording = { recorder, timer: setTimeout(() => this.#end(), LONGEST_SECONDS * 1000) };
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
