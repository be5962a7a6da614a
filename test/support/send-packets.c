/*
 * Sends numbered packets, as fast as asked: send-packets INTERFACE COUNT PACKETS_PER_SECOND [FIRST_NUMBER [FLOWS]]. Each is a SYN
 * of 60 bytes from 198.18.0.1 to 192.0.2.1 whose TCP sequence number is its number. Of several flows, each has a source, a target
 * and ports of its own, and few have many of the packets. Prints how many were sent, and how long it took.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define FRAME_BYTES 60
#define BURST 64
#define SOURCE_AT 26
#define TARGET_AT 33
#define PORTS_AT 34
#define SEQUENCE_AT 38

static const uint8_t frame[FRAME_BYTES] = {
    0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2, 0x08, 0x00,                                        /* Ethernet */
    0x45, 0, 0, 40, 0, 1, 0, 0, 64, 6, 0, 0, 198, 18, 0, 1, 192, 0, 2, 1,                        /* IPv4 */
    0x9c, 0x40, 0, 23, 0, 0, 0, 0, 0, 0, 0, 0, 0x50, 0x02, 0x04, 0, 0, 0, 0, 0};                 /* TCP */

static double now_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void sleep_until(double seconds) {
  const struct timespec until = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

/* The finalizer of MurmurHash3 (A. Appleby, public domain): no two numbers become the same. */
static uint32_t scatter(uint32_t number) {
  number = (number ^ (number >> 16)) * 0x85ebca6bu;
  number = (number ^ (number >> 13)) * 0xc2b2ae35u;
  return number ^ (number >> 16);
}

/* Flows are drawn with the third power of an even chance: of 200,000, the first 200 have a tenth of the packets. */
static uint32_t flow_of(uint32_t number, uint32_t flows) {
  const double chance = scatter(number) / 4294967296.0;
  return (uint32_t)(flows * chance * chance * chance);
}

static void set_flow(uint8_t *bytes, uint32_t flow) {
  static const uint16_t ports[] = {23, 22, 445, 80, 443, 8080, 3389, 2323, 5555, 6379, 1433, 8443, 5060, 7547, 37215, 81};
  const uint32_t mixed = scatter(flow + 1);
  /* 1.x to 222.x, so that sources are of all countries. */
  const uint32_t source = htonl(((mixed >> 24) % 222 + 1) << 24 | (mixed & 0xffffff));
  const uint16_t from = htons((uint16_t)(1024 + (mixed >> 8) % 60000));
  const uint16_t to = htons(mixed & 0x80 ? ports[mixed % 16] : (uint16_t)(mixed >> 16));
  memcpy(bytes + SOURCE_AT, &source, sizeof source);
  bytes[TARGET_AT] = (uint8_t)(flow % 251);
  memcpy(bytes + PORTS_AT, &from, sizeof from);
  memcpy(bytes + PORTS_AT + 2, &to, sizeof to);
}

int main(int count_of_words, char **words) {
  if (count_of_words < 4) return 2;
  const long count = atol(words[2]);
  const double rate = atof(words[3]);
  uint32_t number = count_of_words > 4 ? (uint32_t)strtoul(words[4], NULL, 10) : 0;
  const uint32_t flows = count_of_words > 5 ? (uint32_t)strtoul(words[5], NULL, 10) : 1;
  const int out = socket(AF_PACKET, SOCK_RAW, 0);
  const struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(words[1])};
  const int bypass = 1;
  setsockopt(out, SOL_PACKET, PACKET_QDISC_BYPASS, &bypass, sizeof bypass);
  if (out < 0 || bind(out, (const struct sockaddr *)&to, sizeof to) != 0) {
    perror(words[1]);
    return 1;
  }
  static uint8_t frames[BURST][FRAME_BYTES];
  struct mmsghdr messages[BURST] = {0};
  struct iovec parts[BURST];
  for (int i = 0; i < BURST; i++) {
    memcpy(frames[i], frame, FRAME_BYTES);
    parts[i] = (struct iovec){frames[i], FRAME_BYTES};
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  const double begin = now_seconds();
  long sent = 0;
  while (sent < count) {
    /* Slow senders send one at a time; a sender that was held up catches up. */
    const double due = (now_seconds() - begin) * rate + 1;
    long burst = (long)due - sent;
    if (burst <= 0) {
      sleep_until(begin + (double)sent / rate + (rate > 2000 ? 0.0005 : 0));
      continue;
    }
    if (burst > BURST) burst = BURST;
    if (burst > count - sent) burst = count - sent;
    for (int i = 0; i < burst; i++) {
      const uint32_t sequence = htonl(number + (uint32_t)i);
      memcpy(frames[i] + SEQUENCE_AT, &sequence, sizeof sequence);
      if (flows > 1) set_flow(frames[i], flow_of(number + (uint32_t)i, flows));
    }
    const int done = sendmmsg(out, messages, (unsigned)burst, 0);
    if (done < 0 && errno != ENOBUFS && errno != EAGAIN) {
      perror("sendmmsg");
      return 1;
    }
    if (done > 0) {
      sent += done;
      number += (uint32_t)done;
    }
  }
  printf("%ld %.6f\n", sent, now_seconds() - begin);
  return 0;
}
