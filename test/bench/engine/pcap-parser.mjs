/** npm's pcap-parser over a whole file: an independent reader that only splits. */
import pcapParser from 'pcap-parser';

let packets = 0;
pcapParser
  .parse(process.argv[2])
  .on('packet', () => packets++)
  .on('end', () => console.log(packets));
