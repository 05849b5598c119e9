/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "sim/options.h"
#include "core/log/device.h"
#include "sim/model.h"

#include <stdio.h>
#include <string.h>

enum {
	HISTORY_DAYS_MAX = 365,
	FLASH_BYTES_DEFAULT = 8 * 1024 * 1024,
	FLASH_BYTES_MAX = 256 * 1024 * 1024,
	MTU_DEFAULT = 247,
	DEVICES_MAX = 64,
	RATE_MAX_HZ = 400,       /* ten times what such devices do: for load */
	PATIENCE_DEFAULT_S = 30, /* SMP's own timer (Core 5.4, 3-H 3.4) */
};

static const gchar summary[] =
	"Simulates massagers: behind a fake org.bluez, or on real Bluetooth adapters.\n"
	"\n"
	"A device is a list of key=value, all but kind and one of address and adapter optional:\n"
	"  kind=back14|roller|foam-roll  address=AA:BB:CC:DD:EE:FF  serial=TEXT  seed=NUMBER\n"
	"  adapter=hci1 (a real one, which has an address; all devices or none)  name=TEXT "
	"(there)\n"
	"  bonded=yes|no  history=7d (a session a day, banked in its flash)  boots=1|2 (of the "
	"history)\n"
	"  flash=BYTES  mtu=23...517 (below 185 is too narrow)  pace=NUMBER (notifications a "
	"second; 0: no limit)\n"
	"  rate=10...400 (pressure samples a second; 25)\n"
	"Behind the fake org.bluez also, the first three for bonded=no:\n"
	"  pairing=just-works|display|confirm|type|refuse  private=yes|no (a random address until "
	"it is paired)\n"
	"  patience=1...30 (s until a pairing nobody answers ends)  round-trip=MS (of a write)\n";

static const gchar description[] =
	"Example:\n"
	"  dbus-daemon --session --fork --print-address     # prints ADDRESS\n"
	"  knead-sim --bus ADDRESS --live-session 20 \\\n"
	"    --device kind=back14,address=C0:FF:EE:00:00:01,history=7d \\\n"
	"    --device kind=roller,address=C0:FF:EE:00:00:02,history=7d\n"
	"\n"
	"  sudo knead-sim --device kind=back14,adapter=hci1,history=7d   # this machine is a "
	"massager\n"
	"\n"
	"  sudo knead-sim --check C0:FF:EE:00:00:01   # does this massager follow the protocol?\n"
	"\n"
	"Prints one line, ready, on stdout when a hub can come. org.knead.Sim on the same bus "
	"starts sessions and makes\n"
	"faults; see the interface by introspection of /org/knead/sim.\n"
	"\n"
	"Exit status: 0 ended by SIGTERM or SIGINT, or what was checked holds; 1 no bus, a name is "
	"taken, or a rule does not hold; 2 wrong usage.\n";

void
kn_massager_spec_free(KnMassagerSpec *spec)
{
	if (spec == NULL)
		return;
	g_free(spec->kind);
	g_free(spec->address);
	g_free(spec->serial);
	g_free(spec->adapter);
	g_free(spec->name);
	g_free(spec);
}

static void
spec_free(gpointer spec)
{
	kn_massager_spec_free(spec);
}

void
kn_sim_options_clear(KnSimOptions *options)
{
	g_clear_pointer(&options->bus_address, g_free);
	g_clear_pointer(&options->adapter_address, g_free);
	g_clear_pointer(&options->control_address, g_free);
	g_clear_pointer(&options->check_address, g_free);
	g_clear_pointer(&options->devices, g_ptr_array_unref);
}

static gboolean
parse_number(const gchar *text, guint64 low, guint64 high, guint64 *ret_number)
{
	return g_ascii_string_to_unsigned(text, 10, low, high, ret_number, NULL);
}

static gboolean
parse_days(const gchar *text, guint *ret_days)
{
	gsize n = strlen(text);
	g_autofree gchar *digits =
		n > 1 && text[n - 1] == 'd' ? g_strndup(text, n - 1) : g_strdup(text);
	guint64 days;

	if (!parse_number(digits, 0, HISTORY_DAYS_MAX, &days))
		return FALSE;
	*ret_days = (guint)days;
	return TRUE;
}

static gboolean
parse_truth(const gchar *text, gboolean *ret_is_so)
{
	*ret_is_so = g_str_equal(text, "yes");
	return *ret_is_so || g_str_equal(text, "no");
}

static gboolean
take_text(KnMassagerSpec *spec, const gchar *key, const gchar *value, gboolean *ret_is_known)
{
	gchar **place = g_str_equal(key, "kind")      ? &spec->kind
			: g_str_equal(key, "serial")  ? &spec->serial
			: g_str_equal(key, "adapter") ? &spec->adapter
			: g_str_equal(key, "name")    ? &spec->name
						      : NULL;

	*ret_is_known = TRUE;
	if (place != NULL) {
		g_free(*place);
		*place = g_strdup(value);
		return *value != '\0';
	}
	if (g_str_equal(key, "address")) {
		g_free(spec->address);
		spec->address = kn_device_normalize_address(value);
		return spec->address != NULL;
	}
	if (g_str_equal(key, "bonded"))
		return parse_truth(value, &spec->is_bonded);
	if (g_str_equal(key, "private"))
		return parse_truth(value, &spec->is_private);
	if (g_str_equal(key, "pairing"))
		return kn_pairing_parse(value, &spec->pairing);
	if (g_str_equal(key, "history"))
		return parse_days(value, &spec->history_days);
	*ret_is_known = FALSE;
	return FALSE;
}

static gboolean
take_number(KnMassagerSpec *spec, const gchar *key, const gchar *value)
{
	guint64 number;

	if (g_str_equal(key, "seed"))
		return parse_number(value, 0, G_MAXUINT64, &spec->seed);
	if (g_str_equal(key, "boots") && parse_number(value, 1, 2, &number))
		spec->boots = (guint)number;
	else if (g_str_equal(key, "flash") && parse_number(value, 1024, FLASH_BYTES_MAX, &number))
		spec->flash_bytes = (gsize)number;
	else if (g_str_equal(key, "mtu") && parse_number(value, 23, 517, &number))
		spec->mtu = (guint16)number;
	else if (g_str_equal(key, "patience") &&
		 parse_number(value, 1, PATIENCE_DEFAULT_S, &number))
		spec->patience_s = (guint)number;
	else if (g_str_equal(key, "rate") && parse_number(value, 10, RATE_MAX_HZ, &number))
		spec->rate_hz = (guint)number;
	else if (g_str_equal(key, "pace") && parse_number(value, 0, 100000, &number))
		spec->pace_per_s = (guint)number;
	else if (g_str_equal(key, "round-trip") && parse_number(value, 0, 10000, &number))
		spec->round_trip_ms = (guint)number;
	else
		return FALSE;
	return TRUE;
}

static gboolean
take_pair(KnMassagerSpec *spec, const gchar *pair)
{
	const gchar *equals = strchr(pair, '=');
	g_autofree gchar *key = equals != NULL ? g_strndup(pair, (gsize)(equals - pair)) : NULL;
	gboolean is_known;

	if (key == NULL)
		return FALSE;
	if (take_text(spec, key, equals + 1, &is_known))
		return TRUE;
	return !is_known && take_number(spec, key, equals + 1);
}

/* what was left out follows from the address, so that two devices are never the same */
static void
fill_defaults(KnMassagerSpec *spec)
{
	const gchar *place = spec->adapter != NULL ? spec->adapter : spec->address;

	if (spec->serial == NULL) {
		g_auto(GStrv) bytes = g_strsplit(place, ":", -1);
		g_autofree gchar *digits = g_strjoinv("", bytes);
		spec->serial = g_strconcat("SIM-", digits, NULL);
	}
	if (spec->seed == 0)
		spec->seed = g_str_hash(place);
}

static KnMassagerSpec *
parse_device(const gchar *text, gchar **ret_why)
{
	g_autoptr(KnMassagerSpec) spec = g_new0(KnMassagerSpec, 1);
	g_auto(GStrv) pairs = g_strsplit(text, ",", -1);
	ktp_Info info;

	if (!g_utf8_validate(text, -1, NULL)) {
		*ret_why = g_strdup("a device setting is not UTF-8");
		return NULL;
	}
	spec->is_bonded = TRUE;
	spec->boots = 1;
	spec->flash_bytes = FLASH_BYTES_DEFAULT;
	spec->mtu = MTU_DEFAULT;
	spec->patience_s = PATIENCE_DEFAULT_S;
	for (guint i = 0; pairs[i] != NULL; i++) {
		if (take_pair(spec, pairs[i]))
			continue;
		*ret_why = g_strdup_printf("“%s” is not a device setting; see --help", pairs[i]);
		return NULL;
	}
	if (spec->kind == NULL || (spec->address == NULL) == (spec->adapter == NULL)) {
		*ret_why = g_strdup("a device needs kind=… and either address=… or adapter=…");
		return NULL;
	}
	if (spec->adapter != NULL &&
	    !g_regex_match_simple("^hci[0-9]{1,2}$", spec->adapter, 0, 0)) {
		*ret_why = g_strdup("an adapter is called hci0, hci1, …: see bluetoothctl list");
		return NULL;
	}
	fill_defaults(spec);
	if (!kn_model_describe(spec->kind, spec->serial, &info)) {
		*ret_why = g_strdup(
			"kind is back14, roller or foam-roll, and a serial has 1 to 32 bytes");
		return NULL;
	}
	return g_steal_pointer(&spec);
}

/* why both cannot be; NULL: they can */
static gchar *
contradiction_of(const KnMassagerSpec *one, const KnMassagerSpec *other)
{
	if ((one->adapter == NULL) != (other->adapter == NULL))
		return g_strdup("either all devices have adapter=… or none");
	if (g_strcmp0(one->address, other->address) == 0 &&
	    g_strcmp0(one->adapter, other->adapter) == 0)
		return g_strdup_printf("two devices are at %s",
				       one->address != NULL ? one->address : one->adapter);
	return NULL;
}

static gboolean
parse_devices(gchar **texts, KnSimOptions *options, gchar **ret_why)
{
	for (guint i = 0; texts != NULL && texts[i] != NULL; i++) {
		KnMassagerSpec *spec = parse_device(texts[i], ret_why);
		if (spec == NULL)
			return FALSE;
		for (guint k = 0; k < options->devices->len; k++) {
			const KnMassagerSpec *other = options->devices->pdata[k];
			*ret_why = contradiction_of(spec, other);
			if (*ret_why == NULL)
				continue;
			kn_massager_spec_free(spec);
			return FALSE;
		}
		g_ptr_array_add(options->devices, spec);
	}
	if (options->devices->len == 0 || options->devices->len > DEVICES_MAX)
		*ret_why = g_strdup_printf("1 to %d --device are needed", DEVICES_MAX);
	else
		options->is_real =
			((const KnMassagerSpec *)options->devices->pdata[0])->adapter != NULL;
	return *ret_why == NULL;
}

static KnSimParse
usage(const gchar *why)
{
	fprintf(stderr, "knead-sim: %s\n", why);
	return KN_SIM_USAGE;
}

/* TRUE: it was asked for */
static gboolean
print_help(GOptionContext *context, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		g_autofree gchar *help = NULL;
		if (!g_str_equal(argv[i], "--help") && !g_str_equal(argv[i], "-h"))
			continue;
		help = g_option_context_get_help(context, TRUE, NULL);
		fputs(help, stdout);
		return TRUE;
	}
	return FALSE;
}

/* what was typed, before it means anything */
typedef struct {
	gchar **devices;
	gchar *adapter;
	gchar *pairing;
	gchar *check;
	gint live_session_s;
} Typed;

static void
typed_clear(Typed *typed)
{
	g_strfreev(typed->devices);
	g_free(typed->adapter);
	g_free(typed->pairing);
	g_free(typed->check);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Typed, typed_clear)

/* FALSE: *ret_why is a new text */
static gboolean
understand(const Typed *typed, KnSimOptions *options, gchar **ret_why)
{
	const gchar *why = NULL;

	options->adapter_address = kn_device_normalize_address(
		typed->adapter != NULL ? typed->adapter : "5E:AD:00:00:00:01");
	if (typed->check != NULL)
		options->check_address = kn_device_normalize_address(typed->check);
	if (options->adapter_address == NULL)
		why = "--adapter needs an address like 5E:AD:00:00:00:01";
	else if (typed->pairing != NULL && (!kn_pairing_parse(typed->pairing, &options->pairing) ||
					    options->pairing == KN_PAIRING_TYPE))
		why = "--pairing takes just-works, display, confirm or refuse";
	else if (options->temporary_s < 0 || options->temporary_s > 24 * 3600)
		why = "--temporary-timeout is 0 to 86400 seconds";
	else if (typed->live_session_s < 0 || typed->live_session_s > 24 * 3600)
		why = "--live-session is 1 to 86400 seconds";
	else if (typed->check != NULL && (options->check_address == NULL || typed->devices != NULL))
		why = "--check needs an address like C0:FF:EE:00:00:01, and no --device";
	*ret_why = g_strdup(why);
	options->live_session_s = (guint)typed->live_session_s;
	return why == NULL &&
	       (typed->check != NULL || parse_devices(typed->devices, options, ret_why));
}

KnSimParse
kn_sim_options_parse(int argc, char **argv, KnSimOptions *ret_options)
{
	g_auto(KnSimOptions)
		options = {.devices = g_ptr_array_new_with_free_func(spec_free), .temporary_s = 30};
	g_auto(Typed) typed = {0};
	g_autofree gchar *why = NULL;
	g_autoptr(GError) error = NULL;
	gboolean is_version = FALSE;
	const GOptionEntry entries[] = {
		{"bus", 0, 0, G_OPTION_ARG_STRING, &options.bus_address,
		 "D-Bus address (default: the system bus)", "ADDRESS"},
		{"adapter", 0, 0, G_OPTION_ARG_STRING, &typed.adapter,
		 "Address of the fake adapter", "ADDRESS"},
		{"temporary-timeout", 0, 0, G_OPTION_ARG_INT, &options.temporary_s,
		 "The fake forgets who is neither paired nor heard for so long (30)", "SECONDS"},
		{"control-bus", 0, 0, G_OPTION_ARG_STRING, &options.control_address,
		 "D-Bus address for org.knead.Sim (default: that of --bus)", "ADDRESS"},
		{"pairing", 0, 0, G_OPTION_ARG_STRING, &typed.pairing,
		 "On real adapters: just-works (default), display, confirm, refuse", "HOW"},
		/* as they are, whatever the locale: a name may be anything */
		{"device", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &typed.devices,
		 "A massager; may be given again", "SETTINGS"},
		{"check", 0, 0, G_OPTION_ARG_STRING, &typed.check,
		 "Tries whether a massager that is paired follows the protocol, rule by rule",
		 "ADDRESS"},
		{"live-session", 0, 0, G_OPTION_ARG_INT, &typed.live_session_s,
		 "Every device has one session of its own, once a hub listens and has the history",
		 "SECONDS"},
		{"version", 0, 0, G_OPTION_ARG_NONE, &is_version, "Print the version", NULL},
		{NULL},
	};
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);

	g_set_prgname("knead-sim");
	g_option_context_set_summary(context, summary);
	g_option_context_set_description(context, description);
	g_option_context_add_main_entries(context, entries, NULL);
	if (print_help(context, argc, argv))
		return KN_SIM_DONE;
	if (!g_option_context_parse(context, &argc, &argv, &error))
		return usage(error->message);
	if (is_version) {
		puts("knead-sim " KN_VERSION);
		return KN_SIM_DONE;
	}
	if (argc > 1)
		return usage("only options are understood; see --help");
	if (!understand(&typed, &options, &why))
		return usage(why);
	*ret_options = options;
	options = (KnSimOptions){0};
	return KN_SIM_RUN;
}
