/*
 * What JavaScript sees of reader.c, by Node-API alone: one binary for all versions of Node from 20 on. Functions take the
 * handle that `open` gave; sensor/capture/native/addon.ts has their types.
 */
#define NAPI_VERSION 8
#include <node_api.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "reader.h"

#define MAX_TEXT_BYTES 65536
#define COUNTS 5
static const char *const failure_codes[] = {"DENIED", "NO_DEVICE", "DOWN", "FILTER", "FAILED"};

struct capture {
  struct reader *reader;
  napi_threadsafe_function wake;
  napi_ref memory;
  /* A call of JavaScript is underway that will see what is there: one is enough. */
  atomic_bool woken;
  bool closed;
};

/* By the reader's thread. */
static void on_ready(void *owner) {
  struct capture *capture = owner;
  if (!atomic_exchange(&capture->woken, true))
    napi_call_threadsafe_function(capture->wake, capture, napi_tsfn_nonblocking);
}

static void call_javascript(napi_env env, napi_value callback, void *context, void *data) {
  (void)context;
  struct capture *capture = data;
  if (env == NULL) return;
  atomic_store(&capture->woken, false);
  napi_value undefined;
  napi_get_undefined(env, &undefined);
  napi_call_function(env, undefined, callback, 0, NULL, NULL);
}

/* The thread ends before Node's memory goes: at the end of a worker or of the process. */
static void on_environment_end(void *data) {
  struct capture *capture = data;
  reader_close(capture->reader);
  /* The rest is Node's, and goes with it. */
  capture->closed = true;
}

static void close_capture(napi_env env, struct capture *capture) {
  if (capture->closed) return;
  capture->closed = true;
  reader_close(capture->reader);
  napi_remove_env_cleanup_hook(env, on_environment_end, capture);
  napi_release_threadsafe_function(capture->wake, napi_tsfn_abort);
  napi_delete_reference(env, capture->memory);
}

/* Nobody holds the handle any more. */
static void on_collected(napi_env env, void *data, void *hint) {
  (void)hint;
  struct capture *capture = data;
  close_capture(env, capture);
  reader_free(capture->reader);
  free(capture);
}

static bool read_text(napi_env env, napi_value value, char **text) {
  size_t bytes = 0;
  *text = NULL;
  if (napi_get_value_string_utf8(env, value, NULL, 0, &bytes) != napi_ok || bytes > MAX_TEXT_BYTES) return false;
  *text = malloc(bytes + 1);
  return *text != NULL && napi_get_value_string_utf8(env, value, *text, bytes + 1, &bytes) == napi_ok &&
         strlen(*text) == bytes;
}

static bool read_number(napi_env env, napi_value value, int minimum, int maximum, int *number) {
  int32_t read;
  if (napi_get_value_int32(env, value, &read) != napi_ok || read < minimum || read > maximum) return false;
  *number = read;
  return true;
}

/* open(interface, filter, snapBytes, bufferBytes, timeoutMilliseconds, promiscuous, memory, onReady) */
enum { INTERFACE, FILTER, SNAP, BUFFER, TIMEOUT, PROMISCUOUS, MEMORY, ON_READY, ARGUMENTS };

static bool read_options(napi_env env, napi_value *given, struct reader_options *options, char **interface,
                         char **filter) {
  size_t bytes = 0;
  void *memory = NULL;
  const bool fits =
      read_text(env, given[INTERFACE], interface) && read_text(env, given[FILTER], filter) &&
      read_number(env, given[SNAP], 1, READER_MAX_SNAP_BYTES, &options->snap_bytes) &&
      read_number(env, given[BUFFER], 1 << 16, 1 << 30, &options->buffer_bytes) &&
      read_number(env, given[TIMEOUT], 1, 10000, &options->timeout_milliseconds) &&
      napi_get_value_bool(env, given[PROMISCUOUS], &options->promiscuous) == napi_ok &&
      napi_get_arraybuffer_info(env, given[MEMORY], &memory, &bytes) == napi_ok &&
      bytes == (size_t)READER_BLOCKS * READER_BLOCK_BYTES;
  options->interface = *interface;
  options->filter = *filter;
  options->memory = memory;
  return fits;
}

static struct capture *open_capture(napi_env env, napi_value *given, struct reader_options *options) {
  struct capture *capture = calloc(1, sizeof *capture);
  napi_value name;
  if (capture == NULL) return NULL;
  napi_create_string_utf8(env, "kurayami capture", NAPI_AUTO_LENGTH, &name);
  if (napi_create_threadsafe_function(env, given[ON_READY], NULL, name, 0, 1, NULL, NULL, NULL, call_javascript,
                                      &capture->wake) != napi_ok) {
    free(capture);
    napi_throw_error(env, "FAILED", "open takes a function to be called");
    return NULL;
  }
  options->on_ready = on_ready;
  options->owner = capture;
  enum reader_failure failure;
  char message[READER_ERROR_BYTES];
  capture->reader = reader_open(options, &failure, message);
  if (capture->reader == NULL) {
    napi_release_threadsafe_function(capture->wake, napi_tsfn_abort);
    free(capture);
    napi_throw_error(env, failure_codes[failure], message);
    return NULL;
  }
  napi_create_reference(env, given[MEMORY], 1, &capture->memory);
  napi_add_env_cleanup_hook(env, on_environment_end, capture);
  return capture;
}

static napi_value js_open(napi_env env, napi_callback_info info) {
  size_t count = ARGUMENTS;
  napi_value given[ARGUMENTS], handle = NULL;
  char *interface = NULL, *filter = NULL;
  struct reader_options options = {0};
  napi_get_cb_info(env, info, &count, given, NULL, NULL);
  if (count < ARGUMENTS || !read_options(env, given, &options, &interface, &filter)) {
    napi_throw_error(env, "FAILED", "open was given what it does not take");
  } else {
    struct capture *capture = open_capture(env, given, &options);
    if (capture != NULL) napi_create_external(env, capture, on_collected, NULL, &handle);
  }
  free(interface);
  free(filter);
  return handle;
}

/* The handle, and one more argument where `second` is not null. Null with an error thrown for anything else. */
static struct capture *read_handle(napi_env env, napi_callback_info info, napi_value *second) {
  size_t count = 2;
  napi_value given[2];
  void *capture = NULL;
  napi_get_cb_info(env, info, &count, given, NULL, NULL);
  if (count < 1 || napi_get_value_external(env, given[0], &capture) != napi_ok) {
    napi_throw_error(env, "FAILED", "this is no handle of a capture");
    return NULL;
  }
  if (second != NULL) *second = given[1];
  return capture;
}

static napi_value js_take(napi_env env, napi_callback_info info) {
  napi_value bytes = NULL;
  const struct capture *capture = read_handle(env, info, NULL);
  if (capture != NULL) napi_create_int64(env, reader_take(capture->reader), &bytes);
  return bytes;
}

static napi_value js_release(napi_env env, napi_callback_info info) {
  struct capture *capture = read_handle(env, info, NULL);
  if (capture != NULL) reader_release(capture->reader);
  return NULL;
}

/* counts(handle, Float64Array of received, droppedByKernel, droppedByInterface, delivered, drained) */
static napi_value js_counts(napi_env env, napi_callback_info info) {
  napi_value into = NULL;
  napi_typedarray_type type = napi_uint8_array;
  size_t length = 0;
  void *data = NULL;
  struct capture *capture = read_handle(env, info, &into);
  if (capture == NULL) return NULL;
  if (napi_get_typedarray_info(env, into, &type, &length, &data, NULL, NULL) != napi_ok ||
      type != napi_float64_array || length < COUNTS) {
    napi_throw_error(env, "FAILED", "counts takes a Float64Array of 5");
    return NULL;
  }
  const struct reader_counts counts = reader_count(capture->reader);
  const double values[COUNTS] = {counts.received, counts.dropped_by_kernel, counts.dropped_by_interface,
                                 counts.delivered, counts.drained ? 1 : 0};
  memcpy(data, values, sizeof values);
  return NULL;
}

static napi_value js_error(napi_env env, napi_callback_info info) {
  napi_value message = NULL;
  const struct capture *capture = read_handle(env, info, NULL);
  if (capture == NULL) return NULL;
  const char *error = reader_error(capture->reader);
  if (error == NULL) napi_get_null(env, &message);
  else napi_create_string_utf8(env, error, NAPI_AUTO_LENGTH, &message);
  return message;
}

static napi_value js_stop(napi_env env, napi_callback_info info) {
  struct capture *capture = read_handle(env, info, NULL);
  if (capture != NULL) reader_stop(capture->reader);
  return NULL;
}

static napi_value js_close(napi_env env, napi_callback_info info) {
  struct capture *capture = read_handle(env, info, NULL);
  if (capture != NULL) close_capture(env, capture);
  return NULL;
}

NAPI_MODULE_INIT(/* napi_env env, napi_value exports */) {
  const napi_property_descriptor functions[] = {
      {"open", NULL, js_open, NULL, NULL, NULL, napi_enumerable, NULL},
      {"take", NULL, js_take, NULL, NULL, NULL, napi_enumerable, NULL},
      {"release", NULL, js_release, NULL, NULL, NULL, napi_enumerable, NULL},
      {"counts", NULL, js_counts, NULL, NULL, NULL, napi_enumerable, NULL},
      {"error", NULL, js_error, NULL, NULL, NULL, napi_enumerable, NULL},
      {"stop", NULL, js_stop, NULL, NULL, NULL, napi_enumerable, NULL},
      {"close", NULL, js_close, NULL, NULL, NULL, napi_enumerable, NULL},
  };
  napi_define_properties(env, exports, sizeof functions / sizeof *functions, functions);
  return exports;
}
