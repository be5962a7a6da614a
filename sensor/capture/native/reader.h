/*
 * One live capture: libpcap in a thread of its own, which writes records into blocks of memory that somebody else owns
 * and empties. Knows nothing of Node. All functions but those of the thread itself are called by one thread, the owner.
 */
#ifndef KURAYAMI_READER_H
#define KURAYAMI_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define READER_BLOCKS 8u
#define READER_BLOCK_BYTES (1u << 20)
#define READER_ERROR_BYTES 512u
/* A record and its header fit into a block with room to spare. */
#define READER_MAX_SNAP_BYTES (1 << 18)

struct reader;

struct reader_options {
  const char *interface;
  /* An expression of libpcap's language; empty for all packets. */
  const char *filter;
  int snap_bytes;
  int buffer_bytes;
  int timeout_milliseconds;
  bool promiscuous;
  /* READER_BLOCKS blocks of READER_BLOCK_BYTES, valid until reader_close has returned. */
  uint8_t *memory;
  /* Called by the reader's thread when there is a block to take, and at its end. */
  void (*on_ready)(void *owner);
  void *owner;
};

struct reader_counts {
  /* As pcap_stats says: passed the filter, of them dropped for want of room, dropped by the interface. */
  double received, dropped_by_kernel, dropped_by_interface;
  /* Records in blocks that were or can be taken. */
  double delivered;
  /* Nothing was left behind when the capture ended. */
  bool drained;
};

/* Why there is no capture: these words are the codes of the errors that JavaScript sees. */
enum reader_failure { READER_DENIED, READER_NO_DEVICE, READER_DOWN, READER_FILTER, READER_FAILED };

/* Null when it cannot be opened, with the reason in `failure` and a sentence in `message`. */
struct reader *reader_open(const struct reader_options *options, enum reader_failure *failure,
                           char message[READER_ERROR_BYTES]);

/* Bytes in the next block, which is number (blocks released so far) modulo READER_BLOCKS; 0 when there is none now, -1 at the end. */
int64_t reader_take(const struct reader *reader);
/* The block that was taken last may be written again. */
void reader_release(struct reader *reader);

struct reader_counts reader_count(struct reader *reader);
/* The sentence why the thread ended by itself, or null. Valid once reader_take has said -1. */
const char *reader_error(const struct reader *reader);

/* Nothing new is let in; what came until now can still be taken, and then the end comes. */
void reader_stop(struct reader *reader);
/* Ends the thread wherever it is and closes the capture; counts and error can still be asked for. */
void reader_close(struct reader *reader);
void reader_free(struct reader *reader);

#endif
