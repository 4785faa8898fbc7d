#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "cli/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if __has_include(<linux/landlock.h>) && defined(SYS_landlock_create_ruleset)
#include <linux/landlock.h>
#define WITH_LANDLOCK 1
#endif

/* ---------------------------------------------------------------- Landlock */

#ifdef WITH_LANDLOCK

#define MAY_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define MAY_WRITE                                                              \
    (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |           \
     LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |           \
     LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |               \
     LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |             \
     LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)
#define ON_FILES                                                               \
    (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | FROM_ABI_3)
/* Later kernels know more; headers of older systems do not. */
#ifdef LANDLOCK_ACCESS_FS_REFER
#define FROM_ABI_2 LANDLOCK_ACCESS_FS_REFER
#else
#define FROM_ABI_2 0
#endif
#ifdef LANDLOCK_ACCESS_FS_TRUNCATE
#define FROM_ABI_3 LANDLOCK_ACCESS_FS_TRUNCATE
#else
#define FROM_ABI_3 0
#endif

/* What libraries read: themselves, fonts, zones, the number of cores. */
static const char *const system_paths[] = {
    "/usr",
    "/lib",
    "/lib64",
    "/etc/fonts",
    "/etc/localtime",
    "/etc/ssl",
    "/etc/pki",
    "/etc/crypto-policies",
    "/etc/xml",
    "/var/cache/fontconfig",
    "/proc/self",
    "/proc/stat",
    "/proc/meminfo",
    "/proc/cpuinfo",
    "/sys/devices/system/cpu",
    "/sys/fs/cgroup",
    "/dev/null",
    "/dev/urandom",
};

/* Where fontconfig looks under the home folder. */
static const char *const home_paths[] = {
    ".fonts",
    ".config/fontconfig",
    ".cache/fontconfig",
    ".local/share/fonts",
};

static void
allow(int rules, const char *path, uint64_t access)
{
    struct landlock_path_beneath_attr beneath = { .allowed_access = access };
    struct stat found;

    beneath.parent_fd = open(path, O_PATH | O_CLOEXEC);
    if (beneath.parent_fd < 0)
        return; /* nothing there to be read */
    if (fstat(beneath.parent_fd, &found) == 0 && !S_ISDIR(found.st_mode))
        beneath.allowed_access &= (uint64_t)ON_FILES;
    syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath,
            0U);
    close(beneath.parent_fd);
}

static void
allow_home(int rules)
{
    const char *home = getenv("HOME");

    for (size_t i = 0; home && i < sizeof(home_paths) / sizeof(home_paths[0]);
         i++) {
        struct buf path = { 0 };

        if (buf_printf(&path, "%s/%s", home, home_paths[i]))
            allow(rules, path.at, MAY_READ);
        buf_clear(&path);
    }
}

static uint64_t
handled_by(long abi)
{
    uint64_t handled = LANDLOCK_ACCESS_FS_EXECUTE | MAY_READ | MAY_WRITE;

    if (abi >= 2)
        handled |= FROM_ABI_2;
    if (abi >= 3)
        handled |= FROM_ABI_3;
    return handled;
}

static bool
landlock_enter(const struct sandbox *sandbox)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
                       LANDLOCK_CREATE_RULESET_VERSION);
    struct landlock_ruleset_attr attributes = { 0 };
    uint64_t everything = 0;
    long rules = -1;
    bool entered = false;

    if (abi < 1)
        return false;
    attributes.handled_access_fs = handled_by(abi);
    everything =
        attributes.handled_access_fs & ~(uint64_t)LANDLOCK_ACCESS_FS_EXECUTE;
    rules = syscall(SYS_landlock_create_ruleset, &attributes,
                    sizeof(attributes.handled_access_fs), 0);
    if (rules < 0)
        return false;
    for (size_t i = 0; i < sizeof(system_paths) / sizeof(system_paths[0]); i++)
        allow((int)rules, system_paths[i], MAY_READ);
    allow_home((int)rules);
    for (size_t i = 0; i < sandbox->readable.count; i++)
        allow((int)rules, sandbox->readable.at[i], MAY_READ);
    if (sandbox->writable)
        allow((int)rules, sandbox->writable, everything);
    if (sandbox->rmdir_in)
        allow((int)rules, sandbox->rmdir_in, LANDLOCK_ACCESS_FS_REMOVE_DIR);
    entered = syscall(SYS_landlock_restrict_self, (int)rules, 0) == 0;
    close((int)rules);
    return entered;
}

#else

static bool
landlock_enter(const struct sandbox *sandbox)
{
    (void)sandbox;
    return false;
}

#endif

/* ----------------------------------------------------------------- seccomp */

#if defined(__x86_64__)
#define NATIVE_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE_ARCH AUDIT_ARCH_AARCH64
#endif

/* Leak checking attaches to the process with ptrace. */
#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif

#ifdef NATIVE_ARCH

static const uint16_t denied[] = {
    /* programs */
    SYS_execve,
    SYS_execveat,
    /* network */
    SYS_socket,
    SYS_socketpair,
    SYS_connect,
    SYS_bind,
    SYS_listen,
    SYS_accept,
    SYS_accept4,
/* other processes */
#ifndef WITH_ASAN
    SYS_ptrace,
#endif
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_pidfd_getfd,
    SYS_kcmp,
    /* the system */
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_setns,
    SYS_unshare,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_kexec_load,
    SYS_reboot,
    SYS_swapon,
    SYS_swapoff,
    SYS_settimeofday,
    SYS_clock_settime,
    SYS_add_key,
    SYS_keyctl,
    SYS_request_key,
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_open_by_handle_at,
    SYS_mknodat,
    SYS_io_uring_setup, /* its requests pass no filter */
    SYS_io_uring_enter,
    SYS_io_uring_register,
};

#define DENIED_COUNT (sizeof(denied) / sizeof(denied[0]))
#define FILTER_MAX (DENIED_COUNT + 8)
_Static_assert(DENIED_COUNT < 250, "jumps are eight bits long");

static struct sock_filter
filter_load(uint32_t offset_bytes)
{
    return (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset_bytes);
}

static struct sock_filter
filter_jump(uint16_t test, uint32_t value, size_t yes, size_t no)
{
    return (struct sock_filter)BPF_JUMP((uint16_t)(BPF_JMP | test | BPF_K),
                                        value, (uint8_t)yes, (uint8_t)no);
}

/* Load and check the architecture; compare with each number; allow or EPERM. */
static size_t
filter_build(struct sock_filter filter[FILTER_MAX])
{
    size_t count = 0;

    filter[count++] = filter_load(offsetof(struct seccomp_data, arch));
    filter[count++] = filter_jump(BPF_JEQ, NATIVE_ARCH, 0, DENIED_COUNT + 3);
    filter[count++] = filter_load(offsetof(struct seccomp_data, nr));
    /* x32 numbers: the same calls under another name. */
    filter[count++] =
        filter_jump(BPF_JGE, UINT32_C(0x40000000), DENIED_COUNT + 1, 0);
    for (size_t i = 0; i < DENIED_COUNT; i++)
        filter[count++] = filter_jump(BPF_JEQ, denied[i], DENIED_COUNT - i, 0);
    filter[count++] =
        (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    filter[count++] = (struct sock_filter)BPF_STMT(
        BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (EPERM & SECCOMP_RET_DATA));
    return count;
}

static bool
seccomp_enter(void)
{
    struct sock_filter filter[FILTER_MAX];
    struct sock_fprog program = { .filter = filter };

    program.len = (unsigned short)filter_build(filter);
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}

#else

static bool
seccomp_enter(void)
{
    return false;
}

#endif

void
sandbox_enter(const struct sandbox *sandbox, const char **ret_description)
{
    static const char *const descriptions[2][2] = {
        { "none: this kernel has neither Landlock nor seccomp", "seccomp" },
        { "Landlock", "Landlock and seccomp" },
    };
    bool landlock = false;
    bool seccomp = false;

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) {
        landlock = landlock_enter(sandbox);
        seccomp = seccomp_enter();
    }
    *ret_description = descriptions[landlock][seccomp];
}
