/*
 * How long one blocking sender waits until a line of 100 bytes is on the disk: beside each other, in turns of 100, so that
 * all meet the same disk.   cc -O2 -o lone lone.c
 *
 *   lone WARM COUNT TARGET...      WARM sends to each before COUNT are measured
 *
 * TARGET is file:PATH (write and fdatasync), accu:PORT or accu:/SOCKET, or redis:PORT (XADD).
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { LINE = 100, TURN = 100, SETTLE = 5 };

struct target {
    const char *name;
    char kind;
    int fd;
    char request[512];
    size_t bytes;
    int answerLines;
    double *micros;
    int count;
};

static void die(const char *what) {
    perror(what);
    exit(1);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static int dial(const char *to) {
    if (*to == '/') {
        struct sockaddr_un path = {.sun_family = AF_UNIX};
        snprintf(path.sun_path, sizeof path.sun_path, "%s", to);
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        if (connect(fd, (struct sockaddr *)&path, sizeof path) < 0) die(to);
        return fd;
    }
    struct sockaddr_in port = {
        .sin_family = AF_INET, .sin_port = htons(atoi(to)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    if (connect(fd, (struct sockaddr *)&port, sizeof port) < 0) die(to);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

static void await(int fd, int lines) {
    char text[4096];
    while (lines > 0) {
        ssize_t n = read(fd, text, sizeof text);
        if (n <= 0) die("read");
        for (ssize_t i = 0; i < n; i++) lines -= text[i] == '\n';
    }
}

static double once(struct target *to) {
    double begun = now();
    if (write(to->fd, to->request, to->bytes) != (ssize_t)to->bytes) die("write");
    if (to->kind == 'f') {
        if (fdatasync(to->fd) < 0) die("fdatasync");
    } else {
        await(to->fd, to->answerLines);
    }
    return now() - begun;
}

static void prepare(struct target *to, const char *text, int count) {
    const char *where = strchr(text, ':') + 1;
    char line[LINE + 1];
    memset(line, 'x', LINE);
    line[LINE - 1] = '\n';
    line[LINE] = 0;
    to->name = text;
    to->kind = *text;
    to->answerLines = 1;
    to->micros = malloc(count * sizeof *to->micros);
    to->fd = to->kind == 'f' ? open(where, O_CREAT | O_APPEND | O_WRONLY, 0600) : dial(where);
    if (to->fd < 0) die(where);
    if (to->kind == 'r') {
        to->answerLines = 2;
        to->bytes = sprintf(to->request, "*5\r\n$4\r\nXADD\r\n$1\r\ns\r\n$1\r\n*\r\n$1\r\nm\r\n$%d\r\n%.*s\r\n", LINE - 1,
                            LINE - 1, line);
        return;
    }
    if (to->kind == 'a') {
        if (write(to->fd, "accu/1\n", 7) != 7) die("write");
        await(to->fd, 1);
    }
    memcpy(to->request, line, LINE);
    to->bytes = LINE;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv) {
    if (argc < 4) return fprintf(stderr, "usage: lone WARM COUNT TARGET...\n"), 2;
    int warm = atoi(argv[1]), count = atoi(argv[2]), targets = argc - 3;
    struct target *all = calloc(targets, sizeof *all);
    for (int i = 0; i < targets; i++) {
        prepare(&all[i], argv[3 + i], count);
        for (int sent = 0; sent < warm; sent++) once(&all[i]);
    }
    for (int done = 0; done < count; done += TURN)
        for (int i = 0; i < targets; i++) {
            for (int sent = 0; sent < SETTLE; sent++) once(&all[i]);
            for (int sent = 0; sent < TURN && all[i].count < count; sent++) all[i].micros[all[i].count++] = once(&all[i]);
        }
    for (int i = 0; i < targets; i++) {
        qsort(all[i].micros, count, sizeof(double), compare);
        printf("%-28s median %4.0f  p90 %4.0f  p99 %5.0f us\n", all[i].name, all[i].micros[count / 2],
               all[i].micros[(int)(count * 0.9)], all[i].micros[(int)(count * 0.99)]);
    }
    return 0;
}
