// Looks into the program's own file: what it takes from libraries, its
// thread-local variables, its functions.
#include "libsim/internal.h"
#include "libsim/refuse.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <gelf.h>
#include <link.h>
#include <string.h>
#include <unistd.h>

// Only there in a program built with a sanitizer.
extern void __asan_init(void) __attribute__((weak));
extern void __tsan_init(void) __attribute__((weak));

static bool is_known(const char *name)
{
    const char *const *at = refuse_known;
    while (*at != NULL && fnmatch(*at, name, 0) != 0)
        at++;
    return *at != NULL;
}

bool program_allows(const char *allow, const char *name)
{
    char pattern[256];
    while (*(allow += strspn(allow, " ,")) != '\0') {
        size_t length = strcspn(allow, " ,");
        if (length < sizeof pattern) {
            memcpy(pattern, allow, length);
            pattern[length] = '\0';
            if (fnmatch(pattern, name, 0) == 0)
                return true;
        }
        allow += length;
    }
    return false;
}

// ---- Reading symbols ----

// Calls see() with each symbol of a table, until it returns true.
static void each_symbol(GElf_Word table,
                        bool (*see)(const GElf_Sym *symbol, const char *name,
                                    void *arg),
                        void *arg)
{
    elf_version(EV_CURRENT);
    int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    Elf *elf = elf_begin(file, ELF_C_READ_MMAP, NULL);
    if (elf == NULL)
        settings_refuse("cannot read the program: %s", elf_errmsg(-1));
    Elf_Scn *section = NULL;
    while ((section = elf_nextscn(elf, section)) != NULL) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) == NULL || header.sh_type != table)
            continue;
        Elf_Data *data = elf_getdata(section, NULL);
        GElf_Sym symbol;
        for (int i = 0; gelf_getsym(data, i, &symbol) != NULL; i++) {
            const char *name = elf_strptr(elf, header.sh_link, symbol.st_name);
            if (name != NULL && see(&symbol, name, arg))
                break;
        }
    }
    elf_end(elf);
    close(file);
}

// ---- What is refused ----

static bool check_import(const GElf_Sym *symbol, const char *name, void *arg)
{
    const struct settings *settings = arg;
    if (symbol->st_shndx != SHN_UNDEF || name[0] == '\0' || is_known(name) ||
        program_allows(settings->allow, name))
        return false;
    if (strncmp(name, "_Z", 2) == 0)
        settings_refuse("the program uses %s, of C++; the simulator knows C "
                        "alone",
                        name);
    settings_refuse("the simulator does not know %s, which the program uses; "
                    "if it neither waits, nor tells the time, nor draws random "
                    "numbers, nor calls back: SIM_ALLOW=%s",
                    name, name);
}

static bool check_thread_local(const GElf_Sym *symbol, const char *name,
                               void *arg)
{
    const struct settings *settings = arg;
    if (GELF_ST_TYPE(symbol->st_info) == STT_TLS &&
        symbol->st_shndx != SHN_UNDEF && !program_allows(settings->allow, name))
        settings_refuse("%s is thread-local, but simulated threads would share "
                        "it; use pthread_getspecific, or a field of a struct "
                        "that is the thread's own",
                        name);
    return false;
}

// libsim would take the calls of a sanitizer's library for the program's own.
static bool check_sanitizer(const GElf_Sym *symbol, const char *name, void *arg)
{
    (void)arg;
    if (symbol->st_shndx != SHN_UNDEF &&
        strcmp(name, "__sanitizer_set_report_path") == 0)
        settings_refuse("the sanitizer's library is linked into the program; "
                        "let it be a shared one: -shared-libsan of clang, the "
                        "usual of gcc");
    return false;
}

void program_check(const struct settings *settings)
{
    each_symbol(SHT_DYNSYM, check_sanitizer, NULL);
    each_symbol(SHT_SYMTAB, check_sanitizer, NULL);
    each_symbol(SHT_DYNSYM, check_import, (void *)settings);
    // The sanitizers have such variables.
    if (__asan_init == NULL && __tsan_init == NULL)
        each_symbol(SHT_SYMTAB, check_thread_local, (void *)settings);
}

// ---- Its functions ----

struct wanted {
    const char *name;
    GElf_Addr address;
};

static bool is_wanted(const GElf_Sym *symbol, const char *name, void *arg)
{
    struct wanted *wanted = arg;
    if (GELF_ST_TYPE(symbol->st_info) != STT_FUNC ||
        GELF_ST_BIND(symbol->st_info) != STB_GLOBAL ||
        symbol->st_shndx == SHN_UNDEF || strcmp(name, wanted->name) != 0)
        return false;
    wanted->address = symbol->st_value;
    return true;
}

// The program comes first. Its addresses begin here.
static int take_base(struct dl_phdr_info *info, size_t size, void *arg)
{
    (void)size;
    *(ElfW(Addr) *)arg = info->dlpi_addr;
    return 1;
}

void (*program_find(const char *name))(void)
{
    struct wanted wanted = { name, 0 };
    each_symbol(SHT_SYMTAB, is_wanted, &wanted);
    if (wanted.address == 0)
        return NULL;
    ElfW(Addr) base = 0;
    dl_iterate_phdr(take_base, &base);
    // NOLINTNEXTLINE(performance-no-int-to-ptr): addresses are integers here.
    return (void (*)(void))(base + wanted.address);
}
