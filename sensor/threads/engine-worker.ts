/** A thread of the engine: decodes blocks of records and writes flows as text, in the order in which it is asked. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { parseFilter } from '../../shared/filter/index.ts';
import { buffersOf } from '../../shared/flow-batch.ts';
import { Decoder } from '../decode/decoder.ts';
import { compilePacketFilter } from '../filter/index.ts';
import { flowColumns } from '../flow-formats/flow-columns.ts';
import type { FlowWriter } from '../flow-formats/flow-format.ts';
import { findFlowFormat } from '../flow-formats/index.ts';
import { TextBuffer } from '../flow-formats/text-buffer.ts';
import { decodeInto } from './decoding.ts';
import type { Replies, Request, ThreadStart } from './messages.ts';

const { blocks, filter: filterText, text } = workerData as ThreadStart;
const port: MessagePort = parentPort!;
const decoder = new Decoder();
const filter = filterText === null ? null : compilePacketFilter(parseFilter(filterText));
const writer: FlowWriter | null = text && findFlowFormat(text.format)!.writer(flowColumns(text.columns));
const buffer = new TextBuffer();

port.on('message', (request: Request) => {
  if (request.kind === 'decode') port.postMessage(decode(request));
  else if (request.kind === 'counts') port.postMessage(decoder.counts());
  else {
    const reply = write(request);
    port.postMessage(reply, [reply.text.buffer, ...buffersOf(reply.flows)]);
  }
});

function decode(request: Request & { kind: 'decode' }): Replies['decode'] {
  decoder.clock.seconds = request.seconds;
  decoder.clock.nanoseconds = request.nanoseconds;
  return request.records.map((length, at) => {
    const part = blocks[request.block]![at]!;
    part.records.length = length;
    decodeInto(part, part.records, decoder, filter, null);
    return { ipv4: part.ipv4.length, ipv6: part.ipv6.length };
  });
}

function write({ flows }: Request & { kind: 'write' }): Replies['write'] {
  buffer.length = 0;
  writer!.write(buffer, flows);
  return { text: buffer.bytes.slice(0, buffer.length), flows };
}
