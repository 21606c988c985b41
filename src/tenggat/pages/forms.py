"""How a form stands on a page: what is wrong at the top and beside its field, what was typed is kept."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """`{{ form }}` is the whole form; `{{ form.name.as_field_group }}` one field with label, hint and mistake."""

    form_template_name = "pages/form.html"
    field_template_name = "pages/field.html"
