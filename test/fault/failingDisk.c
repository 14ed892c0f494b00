/*
 * Preloaded into bigview: reads of one file fail as they are told to. The file is known by its device and inode; what to do
 * stands in a small file that is mapped here and written to by the test.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OFF, ONCE, FOR_GOOD };
enum { ERROR, SHORT, END };

struct control {
  uint64_t device, inode;
  /* OFF, ONCE: call number `at` alone, FOR_GOOD: that one and all after it. */
  volatile uint32_t when, at;
  /* ERROR: fails with `code`; SHORT: half of the bytes; END: none, as at the end of the file. */
  volatile uint32_t how, code;
  /* Calls since the test set it to 0, and how many of them were made to fail. */
  volatile uint32_t calls, failed;
};

static struct control *control;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("BIGVIEW_FAILING_DISK");
  int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
  if (fd < 0) return;
  void *memory = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (memory != MAP_FAILED) control = memory;
}

/* What is to become of this read: -1 when nothing, else how it fails. */
static int verdict(int fd) {
  struct stat found;
  if (!control || control->when == OFF) return -1;
  if (fd >= 0 && (fstat(fd, &found) != 0 || found.st_dev != control->device || found.st_ino != control->inode)) return -1;
  uint32_t call = __sync_add_and_fetch(&control->calls, 1);
  if (control->when == ONCE ? call != control->at : call < control->at) return -1;
  __sync_add_and_fetch(&control->failed, 1);
  return (int)control->how;
}

static ssize_t refuse(int how, int *shorten) {
  if (how == ERROR) errno = (int)control->code;
  *shorten = how == SHORT;
  return how == ERROR ? -1 : 0;
}

ssize_t pread64(int fd, void *buffer, size_t length, off64_t offset) {
  static ssize_t (*real)(int, void *, size_t, off64_t);
  if (!real) real = dlsym(RTLD_NEXT, "pread64");
  int how = verdict(fd), shorten = 0;
  if (how >= 0) {
    ssize_t result = refuse(how, &shorten);
    if (!shorten) return result;
    length = (length + 1) / 2;
  }
  return real(fd, buffer, length, offset);
}

ssize_t pread(int fd, void *buffer, size_t length, off_t offset) { return pread64(fd, buffer, length, offset); }

ssize_t preadv2(int fd, const struct iovec *parts, int count, off_t offset, int flags) {
  static ssize_t (*real)(int, const struct iovec *, int, off_t, int);
  if (!real) real = dlsym(RTLD_NEXT, "preadv2");
  int how = verdict(fd), shorten = 0;
  if (how >= 0) {
    ssize_t result = refuse(how, &shorten);
    if (!shorten) return result;
    struct iovec half = {parts[0].iov_base, (parts[0].iov_len + 1) / 2};
    return real(fd, &half, 1, offset, flags);
  }
  return real(fd, parts, count, offset, flags);
}

/* The copy out of a mapping has no descriptor: every one of them is of the file. */
ssize_t process_vm_readv(pid_t pid, const struct iovec *to, unsigned long to_count, const struct iovec *from,
                         unsigned long from_count, unsigned long flags) {
  int how = verdict(-1), shorten = 0;
  struct iovec part = from[0];
  if (how >= 0) {
    ssize_t result = refuse(how, &shorten);
    if (!shorten) return result;
    part.iov_len = (part.iov_len + 1) / 2;
  }
  return syscall(SYS_process_vm_readv, pid, to, to_count, &part, from_count, flags);
}
