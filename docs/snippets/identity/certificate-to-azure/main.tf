resource "azuread_application" "certificate_pulls" {
  display_name = "certificate-pulls"
}

resource "azuread_application_certificate" "certificate_pulls" {
  application_id = azuread_application.certificate_pulls.id
  type           = "AsymmetricX509Cert"
  value          = file("image-pulls.crt")
}

resource "azuread_service_principal" "certificate_pulls" {
  client_id = azuread_application.certificate_pulls.client_id
}

resource "azurerm_role_assignment" "certificate_pulls" {
  scope                = "/subscriptions/30000000-cccc-4ccc-8ccc-000000000001/resourceGroups/registries/providers/Microsoft.ContainerRegistry/registries/myreg"
  role_definition_name = "AcrPull"
  principal_id         = azuread_service_principal.certificate_pulls.object_id
}
