import { describe, expect, test } from 'vitest';
import { csv } from '../../../sensor/flow-formats/csv.ts';
import { flowColumns } from '../../../sensor/flow-formats/flow-columns.ts';
import type { FlowFormat } from '../../../sensor/flow-formats/flow-format.ts';
import { flowFormats } from '../../../sensor/flow-formats/index.ts';
import { ndjson } from '../../../sensor/flow-formats/ndjson.ts';
import { TextBuffer } from '../../../sensor/flow-formats/text-buffer.ts';
import { parseIpv4, parseIpv6 } from '../../../shared/address.ts';
import { createFlowBatch, type FlowBatch } from '../../../shared/flow-batch.ts';
import { flowFieldNames, flowFields } from '../../../shared/flow-fields.ts';
import { Tag } from '../../../shared/tags.ts';

function aFlow(family: 4 | 6): FlowBatch {
  const flows = createFlowBatch(family, 2);
  flows.length = 1;
  flows.interval[0] = 1_767_225_600;
  flows.source.set(family === 4 ? [parseIpv4('192.0.2.1')!] : parseIpv6('2001:db8::1')!);
  flows.target.set(family === 4 ? [parseIpv4('198.51.100.7')!] : parseIpv6('::ffff:1.2.3.4')!);
  flows.firstMicros[0] = 8;
  flows.lastMicros[0] = 59_999_999;
  flows.packets[0] = 4_294_967_295;
  flows.wireBytes[0] = 2_147_483_648;
  flows.sourcePort[0] = 65_535;
  flows.targetPort[0] = 23;
  flows.protocol[0] = 6;
  flows.tcpFlags[0] = 2;
  flows.ttl[0] = 255;
  flows.ipLength[0] = 40;
  flows.class[0] = 1;
  return flows;
}

function textOf(format: FlowFormat, flows: FlowBatch): string {
  const [out, writer] = [new TextBuffer(), format.writer(flowColumns())];
  writer.begin(out);
  writer.write(out, flows);
  return Buffer.from(out.bytes.subarray(0, out.length)).toString('utf8');
}

function csvRow(flows: FlowBatch): Record<string, string> {
  const [names = '', line = ''] = textOf(csv, flows).split('\n');
  const cells = line.split(',');
  return Object.fromEntries(names.split(',').map((name, at) => [name, cells[at]!]));
}

test('columns follow the ids of the fields: CAIDA’s key first, and new fields come last', () => {
  const names = flowColumns().map(({ name }) => name);
  expect(names.slice(0, 14)).toEqual(
    'interval,source,target,sourcePort,targetPort,protocol,tcpFlags,ttl,ipLength,first,last,packets,wireBytes,synWindow'.split(
      ',',
    ),
  );
  const fromSensor = flowFieldNames.filter((name) => !('addedAtIngest' in flowFields[name]));
  expect(names).toHaveLength(fromSensor.length - 1);
  expect(flowColumns({ communityIdSeed: 0 }).at(-1)!.name).toBe('communityId');
});

test('CSV', () => {
  expect(csvRow(aFlow(4))).toMatchObject({
    interval: '1767225600',
    source: '192.0.2.1',
    target: '198.51.100.7',
    sourcePort: '65535',
    first: '2026-01-01T00:00:00.000008Z',
    last: '2026-01-01T00:00:59.999999Z',
    packets: '4294967295',
    wireBytes: '2147483648',
    tags: '',
    class: 'tcpSyn',
    vlan: '0',
  });
  expect(csvRow(aFlow(6))).toMatchObject({ source: '2001:db8::1', target: '::ffff:1.2.3.4' });
});

test('tags are names, joined; a bit without a name is its number', () => {
  const flows = aFlow(4);
  flows.tagsLow[0] = (1 << Tag.masscanTcp) | (1 << Tag.mirai);
  flows.tagsHigh[0] = 1 << 31;
  expect(csvRow(flows).tags).toBe('masscanTcp|mirai|63');
  expect(JSON.parse(textOf(ndjson, flows)).tags).toEqual(['masscanTcp', 'mirai', '63']);
});

describe.each(flowFormats)('$name', (format) => {
  test('every row has the same columns, and more rows than the buffer has room for come out whole', () => {
    const flows = createFlowBatch(4, 20_000);
    flows.length = flows.capacity;
    flows.tagsLow.fill(0xffffffff);
    flows.tagsHigh.fill(0xffffffff);
    for (let row = 0; row < flows.length; row++) flows.packets[row] = row;
    const lines = textOf(format, flows).trimEnd().split('\n');
    if (format === ndjson) {
      expect(lines.map((line) => JSON.parse(line).packets)).toEqual([...flows.packets]);
      return;
    }
    const at = lines[0]!.split(',').indexOf('packets');
    expect(lines.slice(1).map((line) => Number(line.split(',')[at]))).toEqual([...flows.packets]);
    expect(new Set(lines.map((line) => line.split(',').length)).size).toBe(1);
  });
});

test('JSON has numbers as numbers and what is void as null', () => {
  const flows = aFlow(4);
  flows.class[0] = 0;
  const object = JSON.parse(textOf(ndjson, flows));
  expect(object).toMatchObject({ interval: 1_767_225_600, protocol: 6, class: null, tags: [] });
  expect(Object.keys(object)).toEqual(flowColumns().map(({ name }) => name));
});

test.for([0, 9, 10, 99, 100, 2 ** 31 - 1, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER])('the number %d', (value) => {
  const out = new TextBuffer();
  out.putNumber(value);
  expect(Buffer.from(out.bytes.subarray(0, out.length)).toString()).toBe(String(value));
});
