/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
/* The two tables in the source that the document of the API is held against, as JSON: the routes of the hub, the commands of knead. */
#include "ctl/command.h"
#include "serve/routes.h"

static void
add(JsonBuilder *builder, const gchar *key, const gchar *value)
{
	json_builder_set_member_name(builder, key);
	json_builder_add_string_value(builder, value);
}

static void
add_routes(JsonBuilder *builder)
{
	gsize n_routes = 0;
	const KnRoute *routes = kn_routes_get(&n_routes);

	json_builder_set_member_name(builder, "routes");
	json_builder_begin_array(builder);
	for (gsize i = 0; i < n_routes; i++) {
		json_builder_begin_object(builder);
		add(builder, "method", routes[i].method);
		add(builder, "path", routes[i].path);
		add(builder, "right", routes[i].right == KN_RIGHT_ADMIN ? "admin" : "read");
		add(builder, "keys", routes[i].keys);
		json_builder_end_object(builder);
	}
	json_builder_end_array(builder);
}

static void
add_commands(JsonBuilder *builder)
{
	json_builder_set_member_name(builder, "commands");
	json_builder_begin_array(builder);
	for (const KnCommand *command = kn_commands_get(); command->name != NULL; command++) {
		json_builder_begin_object(builder);
		add(builder, "name", command->name);
		add(builder, "path", command->path);
		json_builder_end_object(builder);
	}
	json_builder_end_array(builder);
}

int
main(void)
{
	g_autoptr(JsonBuilder) builder = json_builder_new();
	g_autoptr(JsonNode) root = NULL;
	g_autofree gchar *text = NULL;

	json_builder_begin_object(builder);
	add_routes(builder);
	add_commands(builder);
	json_builder_end_object(builder);
	root = json_builder_get_root(builder);
	text = json_to_string(root, TRUE);
	g_print("%s\n", text);
	return 0;
}
