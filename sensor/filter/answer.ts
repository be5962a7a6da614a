/** What a test says about a packet. */
import type { PacketView } from './packet-view.ts';

/** `reject` is neither yes nor no: a byte was asked for that was not captured, and the whole filter says no, also under `not`. */
export const Answer = { no: 0, yes: 1, reject: 2 } as const;
export type Answer = (typeof Answer)[keyof typeof Answer];

/** Made once for a filter, called for every packet: it must not allocate. */
export type Test = (packet: PacketView) => Answer;

/** A number from 0 to 2³² - 1, or -1 for reject. */
export type Value = (packet: PacketView) => number;

export const answerNo: Test = () => Answer.no;
export const answerReject: Test = () => Answer.reject;

export function yesIf(condition: boolean): Answer {
  return condition ? Answer.yes : Answer.no;
}

/** From left to right, until one is not `yes`. */
export function allOf(tests: readonly Test[]): Test {
  const [first, second] = tests;
  if (first === undefined) return () => Answer.yes;
  if (second === undefined) return first;
  if (tests.length === 2) {
    return (packet) => {
      const answer = first(packet);
      return answer === Answer.yes ? second(packet) : answer;
    };
  }
  return (packet) => {
    for (let i = 0; i < tests.length; i++) {
      const answer = tests[i]!(packet);
      if (answer !== Answer.yes) return answer;
    }
    return Answer.yes;
  };
}

/** From left to right, until one is not `no`. */
export function anyOf(tests: readonly Test[]): Test {
  const [first, second] = tests;
  if (first === undefined) return answerNo;
  if (second === undefined) return first;
  if (tests.length === 2) {
    return (packet) => {
      const answer = first(packet);
      return answer === Answer.no ? second(packet) : answer;
    };
  }
  return (packet) => {
    for (let i = 0; i < tests.length; i++) {
      const answer = tests[i]!(packet);
      if (answer !== Answer.no) return answer;
    }
    return Answer.no;
  };
}

export function noneOf(test: Test): Test {
  return (packet) => {
    const answer = test(packet);
    return answer === Answer.reject ? answer : yesIf(answer === Answer.no);
  };
}
