/* SPDX-License-Identifier: MIT */
/*
 * test_input.c - input.h: the standard input as pipe, file, device or
 * nothing; all of it arrives, and its reader can be left at any time.
 */
#include "support/scene.h"

#include <stdlib.h>

#define FILE_SIZE 300007
#define FILE_NAME "input.bytes"

/* A reader, and what it was told. */
typedef struct reader {
    duos_input input;
    unsigned calls;
    unsigned ends;
    unsigned *heard; /* counts for one that frees itself */
    duos_err reason;
    size_t bytes;
    bool other; /* bytes that were not of the pattern */
    char text[64];
    void (*act)(struct reader *r);
} reader;

static void take(duos_input *input, const void *data, size_t len, void *user)
{
    reader *r = (reader *)user;
    size_t room = sizeof r->text - 1 - strlen(r->text);

    assert_ptr_equal(input, &r->input);
    assert_in_range(len, 1, DUOS_INPUT_BLOCK);
    r->other |= !pattern_holds((const unsigned char *)data, len, r->bytes);
    strncat(r->text, (const char *)data, len < room ? len : room);
    r->bytes += len;
    r->calls++;
    if (r->act != NULL) {
        r->act(r);
    }
}

static void end(duos_input *input, duos_err reason, void *user)
{
    reader *r = (reader *)user;

    assert_ptr_equal(input, &r->input);
    assert_err(DUOS_ESTATE, duos_input_pause(input));
    r->ends++;
    r->reason = reason;
}

static void prepare(reader *r, const scene *s)
{
    memset(r, 0, sizeof *r);
    assert_ok(duos_input_init(&r->input, s->loop, take, end, r));
}

static void start(reader *r, const scene *s)
{
    prepare(r, s);
    assert_ok(duos_input_start(&r->input));
}

static void type(const char *text)
{
    assert_true(os_type(text, strlen(text)));
}

static void begin_pipe(void)
{
    assert_true(os_begin_input_pipe());
}

static int end_input(void **state)
{
    os_end_input();
    return scene_teardown(state);
}

#define input_test(name)                                                       \
    cmocka_unit_test_setup_teardown(name, scene_setup, end_input)

/* ---- what it may be --------------------------------------------------- */

static void test_CL5_input_pipe_hands_over_what_comes_and_its_end(void **state)
{
    scene *s = (scene *)*state;
    reader r;

    begin_pipe();
    start(&r, s);
    scene_idle(s);
    assert_int_equal(r.calls, 0);
    type("half a li"); /* a line that is still being typed */
    scene_until(s, r.calls, 1);
    assert_string_equal(r.text, "half a li");
    type("ne\n");
    scene_until(s, r.calls, 2);
    assert_string_equal(r.text, "half a line\n");
    assert_int_equal(r.ends, 0);
    type("last");
    os_type_end();
    scene_until(s, r.ends, 1);
    assert_int_equal(r.reason, DUOS_EEOF);
    assert_string_equal(r.text, "half a line\nlast");
    scene_idle(s);
    assert_int_equal(r.ends, 1);
}

static void write_file(void)
{
    static unsigned char bytes[FILE_SIZE];
    FILE *file = fopen(FILE_NAME, "wb");

    assert_non_null(file);
    pattern_fill(bytes, sizeof bytes, 0);
    assert_int_equal(fwrite(bytes, 1, sizeof bytes, file), sizeof bytes);
    assert_int_equal(fclose(file), 0);
}

static void test_trap_69_CL5_input_file_arrives_whole_and_in_order(void **state)
{
    scene *s = (scene *)*state;
    reader r;

    write_file();
    assert_true(os_begin_input_file(FILE_NAME));
    start(&r, s);
    scene_until(s, r.ends, 1);
    assert_int_equal(r.reason, DUOS_EEOF);
    assert_int_equal(r.bytes, FILE_SIZE);
    assert_false(r.other);
}

static void test_CL1_input_null_device_ends_at_once(void **state)
{
    scene *s = (scene *)*state;
    reader r;

    assert_true(os_begin_input_file(os_null_device));
    start(&r, s);
    scene_until(s, r.ends, 1);
    assert_int_equal(r.reason, DUOS_EEOF);
    assert_int_equal(r.calls, 0);
}

static void test_CL1_input_that_is_closed_is_refused(void **state)
{
    scene *s = (scene *)*state;
    reader r;

    assert_true(os_begin_no_input());
    prepare(&r, s);
    assert_err(DUOS_EBADF, duos_input_start(&r.input));
    assert_err(DUOS_ESTATE, duos_input_resume(&r.input));
}

static void test_input_that_cannot_be_read_ends_with_the_reason(void **state)
{
    scene *s = (scene *)*state;
    reader r;

    if (!os_begin_input_file(".")) {
        skip_because("a folder cannot be opened as a stream");
    }
    start(&r, s);
    scene_until(s, r.ends, 1);
    assert_true(r.reason == DUOS_EISDIR || r.reason == DUOS_EINVAL);
    assert_int_equal(r.calls, 0);
}

static void test_input_keeps_the_mode_in_which_it_was_inherited(void **state)
{
    scene *s = (scene *)*state;
    duos_socket in = duos_socket_from_os(0);
    bool on = true;
    reader r;

    begin_pipe();
    if (!os_get_nonblocking(in, &on)) {
        skip_because("handles have no such mode here");
    }
    assert_false(on);
    start(&r, s);
    type("a");
    scene_until(s, r.calls, 1);
    assert_true(os_get_nonblocking(in, &on));
    assert_false(on);
    duos_input_stop(&r.input);
    type("b"); /* for the thread that stands in its read */
    assert_ok(duos_set_nonblocking(in, true));
    start(&r, s);
    scene_idle(s);
    assert_int_equal(r.ends, 0);
    type("c");
    os_type_end();
    scene_until(s, r.ends, 1);
    assert_int_equal(r.reason, DUOS_EEOF);
    assert_true(os_get_nonblocking(in, &on));
    assert_true(on);
}

/* ---- starting --------------------------------------------------------- */

static void test_input_refuses_what_is_invalid(void **state)
{
    scene *s = (scene *)*state;
    duos_input blank;
    reader r;

    memset(&blank, 0, sizeof blank);
    assert_err(DUOS_EINVAL, duos_input_init(NULL, s->loop, take, end, NULL));
    assert_err(DUOS_EINVAL, duos_input_init(&blank, NULL, take, end, NULL));
    assert_err(DUOS_EINVAL, duos_input_init(&blank, s->loop, NULL, end, NULL));
    assert_err(DUOS_EINVAL, duos_input_init(&blank, s->loop, take, NULL, NULL));
    assert_err(DUOS_EINVAL, duos_input_start(NULL));
    assert_err(DUOS_EINVAL, duos_input_start(&blank));
    assert_err(DUOS_EINVAL, duos_input_pause(NULL));
    assert_err(DUOS_EINVAL, duos_input_resume(NULL));
    duos_input_stop(NULL);
    duos_input_stop(&blank);
    begin_pipe();
    start(&r, s);
    assert_err(DUOS_EBUSY, duos_input_start(&r.input));
    duos_input_stop(&r.input);
    duos_input_stop(&r.input);
    assert_err(DUOS_ESTATE, duos_input_pause(&r.input));
    assert_err(DUOS_ESTATE, duos_input_resume(&r.input));
}

static void test_ME1_input_without_memory_is_not_started(void **state)
{
    scene *s = (scene *)*state;
    reader r;

    begin_pipe();
    prepare(&r, s);
    scene_fill_poller(s);
    failing_alloc_arm(&s->memory, 1, true);
    assert_err(DUOS_ENOMEM, duos_input_start(&r.input));
    failing_alloc_arm(&s->memory, 0, false);
    assert_err(DUOS_ESTATE, duos_input_pause(&r.input));
}

static void test_input_without_descriptors_is_not_started(void **state)
{
    scene *s = (scene *)*state;
    reader r;

    begin_pipe();
    prepare(&r, s);
    if (!os_begin_shortage()) {
        skip_because("descriptors cannot be made scarce here");
    }
    assert_err(DUOS_EMFILE, duos_input_start(&r.input));
    os_end_shortage();
    assert_ok(duos_input_start(&r.input));
    type("x");
    scene_until(s, r.calls, 1);
    duos_input_stop(&r.input);
}

/* ---- taking turns ----------------------------------------------------- */

static void pause_it(reader *r)
{
    assert_ok(duos_input_pause(&r->input));
}

static void test_input_pause_holds_back_bytes_and_the_end(void **state)
{
    scene *s = (scene *)*state;
    reader r;

    begin_pipe();
    start(&r, s);
    r.act = pause_it;
    type("one");
    scene_until(s, r.calls, 1);
    type("two");
    os_type_end();
    scene_pass(s, 20);
    assert_int_equal(r.calls, 1);
    assert_ok(duos_input_resume(&r.input));
    assert_ok(duos_input_resume(&r.input));
    scene_until(s, r.calls, 2);
    assert_string_equal(r.text, "onetwo");
    scene_pass(s, 20);
    assert_int_equal(r.ends, 0);
    assert_ok(duos_input_resume(&r.input));
    scene_until(s, r.ends, 1);
}

/* The reader is one block ahead at most, so the loop does not spin either. */
static void test_input_pause_does_not_spin(void **state)
{
    scene *s = (scene *)*state;
    reader r;

    write_file();
    assert_true(os_begin_input_file(FILE_NAME));
    start(&r, s);
    r.act = pause_it;
    scene_until(s, r.calls, 1);
    assert_true(r.bytes <= DUOS_INPUT_BLOCK);
    assert_true(scene_count_turns(s, 30) < 10);
    assert_int_equal(r.calls, 1);
    r.act = NULL;
    assert_ok(duos_input_resume(&r.input));
    scene_until(s, r.ends, 1);
    assert_int_equal(r.bytes, FILE_SIZE);
    assert_false(r.other);
}

/* ---- leaving ---------------------------------------------------------- */

static void test_input_stop_returns_while_the_thread_reads(void **state)
{
    scene *s = (scene *)*state;
    reader r;

    begin_pipe();
    start(&r, s);
    scene_pass(s, 20); /* so that it stands in its read, most likely */
    duos_input_stop(&r.input);
    type("too late");
    scene_idle(s);
    assert_int_equal(r.calls, 0);
    assert_int_equal(r.ends, 0);
}

/* A thread that stayed in its read would take what the next one waits for. */
static void test_input_stop_leaves_later_bytes_to_others(void **state)
{
    scene *s = (scene *)*state;
    reader r;
    unsigned i;

    if (os_is_windows()) {
        skip_because("not every read can be called back here");
    }
    begin_pipe();
    for (i = 0; i < 20; i++) {
        start(&r, s);
        scene_idle(s);
        duos_input_stop(&r.input);
        start(&r, s);
        type("mine");
        scene_until(s, r.calls, 1);
        assert_string_equal(r.text, "mine");
        duos_input_stop(&r.input);
    }
}

static void test_input_stop_with_a_block_that_waits(void **state)
{
    scene *s = (scene *)*state;
    reader r;

    begin_pipe();
    start(&r, s);
    assert_ok(duos_input_pause(&r.input));
    type("never told");
    scene_pass(s, 20);
    duos_input_stop(&r.input);
    scene_idle(s);
    assert_int_equal(r.calls, 0);
}

static void stop_and_free(reader *r)
{
    unsigned *heard = r->heard;

    duos_input_stop(&r->input);
    free(r);
    (*heard)++;
}

static void test_CB1_input_stopped_and_freed_in_its_callback(void **state)
{
    scene *s = (scene *)*state;
    reader *r = (reader *)malloc(sizeof *r);
    unsigned heard = 0;

    assert_non_null(r);
    begin_pipe();
    start(r, s);
    r->act = stop_and_free;
    r->heard = &heard;
    type("x");
    scene_until(s, heard, 1);
    type("y");
    scene_idle(s);
    assert_int_equal(heard, 1);
}

static void start_again(reader *r)
{
    duos_input_stop(&r->input);
    assert_ok(duos_input_start(&r->input));
}

static void test_CB1_input_started_again_in_its_callback(void **state)
{
    scene *s = (scene *)*state;
    reader r;

    begin_pipe();
    start(&r, s);
    r.act = start_again;
    type("one");
    scene_until(s, r.calls, 1);
    r.act = NULL;
    type("two");
    scene_until(s, r.calls, 2);
    assert_string_equal(r.text, "onetwo");
    duos_input_stop(&r.input);
}

static void test_input_started_many_times_leaves_nothing_behind(void **state)
{
    scene *s = (scene *)*state;
    reader r;
    int i;

    assert_true(os_begin_input_file(os_null_device));
    prepare(&r, s);
    for (i = 0; i < 100; i++) {
        r.ends = 0;
        assert_ok(duos_input_start(&r.input));
        if (i % 2 == 0) {
            scene_until(s, r.ends, 1);
        } else {
            duos_input_stop(&r.input);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        input_test(test_CL5_input_pipe_hands_over_what_comes_and_its_end),
        input_test(test_trap_69_CL5_input_file_arrives_whole_and_in_order),
        input_test(test_CL1_input_null_device_ends_at_once),
        input_test(test_CL1_input_that_is_closed_is_refused),
        input_test(test_input_that_cannot_be_read_ends_with_the_reason),
        input_test(test_input_keeps_the_mode_in_which_it_was_inherited),
        input_test(test_input_refuses_what_is_invalid),
        input_test(test_ME1_input_without_memory_is_not_started),
        input_test(test_input_without_descriptors_is_not_started),
        input_test(test_input_pause_holds_back_bytes_and_the_end),
        input_test(test_input_pause_does_not_spin),
        input_test(test_input_stop_returns_while_the_thread_reads),
        input_test(test_input_stop_leaves_later_bytes_to_others),
        input_test(test_input_stop_with_a_block_that_waits),
        input_test(test_CB1_input_stopped_and_freed_in_its_callback),
        input_test(test_CB1_input_started_again_in_its_callback),
        input_test(test_input_started_many_times_leaves_nothing_behind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
