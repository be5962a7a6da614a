#include "reader.h"

#include <errno.h>
#include <linux/filter.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* What libpcap writes at the head of a file: a stream of blocks is a capture like any other (draft-ietf-opsawg-pcap). */
struct file_header {
  uint32_t magic;
  uint16_t major, minor;
  uint32_t reserved[2], snap_bytes, link_type;
};
struct record_header {
  uint32_t seconds, nanoseconds, captured_bytes, wire_bytes;
};
#define MAGIC_OF_NANOSECONDS 0xa1b23c4du
#define LINKTYPE_RAW 101u

/* A block that is not full is handed over at latest so long after its first packet. */
#define HAND_OVER_MILLISECONDS 5
#define WAIT_MILLISECONDS 1000
/* After a stop: silence that proves that nothing is left in the ring, and the time after which what is left is left. */
#define SILENCE_MILLISECONDS 60
#define DRAIN_MILLISECONDS 400

struct reader {
  pcap_t *pcap;
  int socket, wake;
  pthread_t thread;
  uint8_t *memory;
  void (*on_ready)(void *owner);
  void *owner;

  uint32_t block_bytes[READER_BLOCKS];
  /* Blocks filled and released so far; the difference is what waits or is being read. */
  atomic_uint filled, released;
  /* Bytes in the block that is being filled. */
  uint32_t at;
  pthread_mutex_t lock;
  pthread_cond_t room;

  atomic_bool stopping, abandoned, ended, drained;
  atomic_uint_fast64_t delivered;
  int64_t stopped_at, last_packet_at;
  bool closed;
  struct pcap_stat last_stat;
  struct reader_counts last_counts;
  char error[READER_ERROR_BYTES];
};

static int64_t now_milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static uint32_t blocks_held(const struct reader *reader) {
  return atomic_load(&reader->filled) - atomic_load(&reader->released);
}

static void hand_over(struct reader *reader) {
  if (reader->at == 0) return;
  reader->block_bytes[atomic_load(&reader->filled) % READER_BLOCKS] = reader->at;
  reader->at = 0;
  atomic_fetch_add(&reader->filled, 1);
  reader->on_ready(reader->owner);
}

static bool is_overdue(const struct reader *reader) {
  return atomic_load(&reader->abandoned) ||
         (reader->stopped_at != 0 && now_milliseconds() - reader->stopped_at > DRAIN_MILLISECONDS);
}

/* While all blocks are full the thread stands still, so that what is lost is lost in the kernel, which counts it. */
static bool wait_for_room(struct reader *reader) {
  pthread_mutex_lock(&reader->lock);
  while (blocks_held(reader) == READER_BLOCKS && !is_overdue(reader)) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += 50 * 1000000;
    if (until.tv_nsec >= 1000000000) {
      until.tv_sec++;
      until.tv_nsec -= 1000000000;
    }
    pthread_cond_timedwait(&reader->room, &reader->lock, &until);
    /* The time to drain counts from here where the stop came while we stood still. */
    if (atomic_load(&reader->stopping) && reader->stopped_at == 0) reader->stopped_at = now_milliseconds();
  }
  pthread_mutex_unlock(&reader->lock);
  return blocks_held(reader) < READER_BLOCKS;
}

static void on_packet(u_char *user, const struct pcap_pkthdr *packet, const u_char *bytes) {
  struct reader *reader = (struct reader *)(void *)user;
  const uint32_t record_bytes = (uint32_t)sizeof(struct record_header) + packet->caplen;
  /* libpcap cuts packets to far less; were it to fail, this is where it would hurt. */
  if (packet->caplen > READER_MAX_SNAP_BYTES) return;
  if (reader->at + record_bytes > READER_BLOCK_BYTES) hand_over(reader);
  if (blocks_held(reader) == READER_BLOCKS && !wait_for_room(reader)) {
    pcap_breakloop(reader->pcap);
    return;
  }
  /* With nanosecond precision, tv_usec holds nanoseconds. */
  const struct record_header header = {(uint32_t)packet->ts.tv_sec, (uint32_t)packet->ts.tv_usec, packet->caplen,
                                       packet->len};
  uint8_t *to = reader->memory + (atomic_load(&reader->filled) % READER_BLOCKS) * READER_BLOCK_BYTES + reader->at;
  memcpy(to, &header, sizeof header);
  memcpy(to + sizeof header, bytes, packet->caplen);
  reader->at += record_bytes;
  atomic_fetch_add_explicit(&reader->delivered, 1, memory_order_relaxed);
  /* Under load pcap_dispatch need not return for long. */
  if (reader->stopped_at == 0 && atomic_load(&reader->stopping)) pcap_breakloop(reader->pcap);
}

/* The kernel takes nothing more in, and counts nothing more: what is in the ring by now is all there will be. */
static void let_nothing_in(struct reader *reader) {
  struct sock_filter nothing[] = {BPF_STMT(BPF_RET | BPF_K, 0)};
  struct sock_fprog program = {1, nothing};
  setsockopt(reader->socket, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
  if (reader->stopped_at == 0) reader->stopped_at = now_milliseconds();
  reader->last_packet_at = now_milliseconds();
}

static void wait_for_packets(struct reader *reader) {
  struct pollfd on[] = {{reader->socket, POLLIN, 0}, {reader->wake, POLLIN, 0}};
  const bool soon = reader->at > 0 || atomic_load(&reader->stopping);
  if (poll(on, 2, soon ? HAND_OVER_MILLISECONDS : WAIT_MILLISECONDS) <= 0) return;
  uint64_t count;
  if (on[1].revents & POLLIN && read(reader->wake, &count, sizeof count) < 0 && errno != EAGAIN) return;
  /* libpcap looks at the error itself; a link that stays down must not become a busy loop. */
  if (on[0].revents & (POLLERR | POLLHUP | POLLNVAL)) poll(NULL, 0, 20);
}

static void *run(void *argument) {
  struct reader *reader = argument;
  bool detached = false;
  while (!is_overdue(reader)) {
    const int packets = pcap_dispatch(reader->pcap, -1, on_packet, (u_char *)reader);
    if (packets == PCAP_ERROR) {
      strncpy(reader->error, pcap_geterr(reader->pcap), READER_ERROR_BYTES - 1);
      break;
    }
    if (packets > 0) reader->last_packet_at = now_milliseconds();
    if (atomic_load(&reader->stopping) && !detached) {
      let_nothing_in(reader);
      detached = true;
    }
    /* Whoever has something to read is not woken for less than a full block. */
    if (blocks_held(reader) == 0) hand_over(reader);
    if (packets > 0) continue;
    if (detached && now_milliseconds() - reader->last_packet_at > SILENCE_MILLISECONDS) {
      atomic_store(&reader->drained, true);
      break;
    }
    wait_for_packets(reader);
  }
  hand_over(reader);
  atomic_store(&reader->ended, true);
  reader->on_ready(reader->owner);
  return NULL;
}

static enum reader_failure failure_of(int status) {
  switch (status) {
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED: return READER_DENIED;
    case PCAP_ERROR_NO_SUCH_DEVICE: return READER_NO_DEVICE;
    case PCAP_ERROR_IFACE_NOT_UP: return READER_DOWN;
    default: return READER_FAILED;
  }
}

/* Everything about libpcap that can fail. The filter is set even when it is empty: it is what cuts packets in the kernel. */
static bool activate(pcap_t *pcap, const struct reader_options *options, enum reader_failure *failure, char *message) {
  const bool is_any = strcmp(options->interface, "any") == 0;
  pcap_set_snaplen(pcap, options->snap_bytes);
  pcap_set_buffer_size(pcap, options->buffer_bytes);
  pcap_set_timeout(pcap, options->timeout_milliseconds);
  pcap_set_promisc(pcap, options->promiscuous && !is_any);
  pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO);
  const int status = pcap_activate(pcap);
  if (status < 0) {
    *failure = failure_of(status);
    const char *said = pcap_geterr(pcap);
    strncpy(message, *said == '\0' ? pcap_statustostr(status) : said, READER_ERROR_BYTES - 1);
    return false;
  }
#ifdef DLT_LINUX_SLL2
  if (is_any) pcap_set_datalink(pcap, DLT_LINUX_SLL2);
#endif
  struct bpf_program program;
  bool done = pcap_compile(pcap, &program, options->filter, 1, PCAP_NETMASK_UNKNOWN) == 0;
  *failure = READER_FILTER;
  if (done) {
    done = pcap_setfilter(pcap, &program) == 0;
    pcap_freecode(&program);
  }
  char error[PCAP_ERRBUF_SIZE] = "";
  if (!done) strncpy(message, pcap_geterr(pcap), READER_ERROR_BYTES - 1);
  else if (pcap_setnonblock(pcap, 1, error) != 0) {
    *failure = READER_FAILED;
    strncpy(message, error, READER_ERROR_BYTES - 1);
    done = false;
  }
  return done;
}

static void write_file_header(struct reader *reader, int snap_bytes) {
  const uint32_t link_type = (uint32_t)pcap_datalink(reader->pcap);
  const struct file_header header = {.magic = MAGIC_OF_NANOSECONDS,
                                     .major = 2,
                                     .minor = 4,
                                     .snap_bytes = (uint32_t)snap_bytes,
                                     /* Raw IP has another number in files than in memory, where it depends on the system. */
                                     .link_type = link_type == DLT_RAW ? LINKTYPE_RAW : link_type};
  memcpy(reader->memory, &header, sizeof header);
  reader->at = sizeof header;
}

static bool start_thread(struct reader *reader) {
  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&reader->room, &monotonic);
  pthread_condattr_destroy(&monotonic);
  pthread_mutex_init(&reader->lock, NULL);
  reader->socket = pcap_get_selectable_fd(reader->pcap);
  reader->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  return reader->socket >= 0 && reader->wake >= 0 && pthread_create(&reader->thread, NULL, run, reader) == 0;
}

struct reader *reader_open(const struct reader_options *options, enum reader_failure *failure,
                           char message[READER_ERROR_BYTES]) {
  char error[PCAP_ERRBUF_SIZE] = "";
  *failure = READER_FAILED;
  memset(message, 0, READER_ERROR_BYTES);
  pcap_t *pcap = pcap_create(options->interface, error);
  if (pcap == NULL) {
    strncpy(message, error, READER_ERROR_BYTES - 1);
    return NULL;
  }
  struct reader *reader = calloc(1, sizeof *reader);
  if (reader == NULL || !activate(pcap, options, failure, message)) {
    free(reader);
    pcap_close(pcap);
    return NULL;
  }
  reader->pcap = pcap;
  reader->memory = options->memory;
  reader->on_ready = options->on_ready;
  reader->owner = options->owner;
  write_file_header(reader, options->snap_bytes);
  if (start_thread(reader)) return reader;
  *failure = READER_FAILED;
  strncpy(message, "the system gives no thread", READER_ERROR_BYTES - 1);
  if (reader->wake >= 0) close(reader->wake);
  pcap_close(pcap);
  free(reader);
  return NULL;
}

int64_t reader_take(const struct reader *reader) {
  /* Asked first: what is filled before the end is seen. */
  const bool ended = atomic_load(&reader->ended);
  if (blocks_held(reader) > 0) return reader->block_bytes[atomic_load(&reader->released) % READER_BLOCKS];
  return ended ? -1 : 0;
}

void reader_release(struct reader *reader) {
  if (blocks_held(reader) == 0) return;
  /* What was handed over before the end can be read after it. */
  if (reader->closed) {
    atomic_fetch_add(&reader->released, 1);
    return;
  }
  pthread_mutex_lock(&reader->lock);
  atomic_fetch_add(&reader->released, 1);
  pthread_cond_signal(&reader->room);
  pthread_mutex_unlock(&reader->lock);
}

/* libpcap counts in 32 bits, which a busy week overflows: what is new since the last look is added. */
struct reader_counts reader_count(struct reader *reader) {
  struct pcap_stat stat;
  struct pcap_stat *last = &reader->last_stat;
  struct reader_counts *counts = &reader->last_counts;
  if (!reader->closed && pcap_stats(reader->pcap, &stat) == 0) {
    counts->received += (uint32_t)(stat.ps_recv - last->ps_recv);
    counts->dropped_by_kernel += (uint32_t)(stat.ps_drop - last->ps_drop);
    counts->dropped_by_interface += (uint32_t)(stat.ps_ifdrop - last->ps_ifdrop);
    *last = stat;
  }
  counts->delivered = (double)atomic_load(&reader->delivered);
  counts->drained = atomic_load(&reader->drained);
  return *counts;
}

const char *reader_error(const struct reader *reader) {
  return reader->error[0] == '\0' ? NULL : reader->error;
}

static void wake_thread(struct reader *reader) {
  const uint64_t one = 1;
  if (write(reader->wake, &one, sizeof one) < 0) return; /* Full, then it is awake anyway. */
}

void reader_stop(struct reader *reader) {
  if (reader->closed) return;
  atomic_store(&reader->stopping, true);
  wake_thread(reader);
}

void reader_close(struct reader *reader) {
  if (reader->closed) return;
  atomic_store(&reader->abandoned, true);
  wake_thread(reader);
  pthread_join(reader->thread, NULL);
  reader_count(reader);
  reader->closed = true;
  pcap_close(reader->pcap);
  close(reader->wake);
  pthread_cond_destroy(&reader->room);
  pthread_mutex_destroy(&reader->lock);
}

void reader_free(struct reader *reader) {
  reader_close(reader);
  free(reader);
}
