resource "google_iam_workload_identity_pool" "image_pulls" {
  project                   = "imagecred-prod"
  workload_identity_pool_id = "image-pulls"
}

resource "google_iam_workload_identity_pool_provider" "certificates" {
  project                            = "imagecred-prod"
  workload_identity_pool_id          = google_iam_workload_identity_pool.image_pulls.workload_identity_pool_id
  workload_identity_pool_provider_id = "certificates"

  attribute_condition = "assertion.subject.dn.o == 'system:nodes'"
  attribute_mapping = {
    "google.subject"         = "assertion.subject.dn.cn"
    "attribute.organization" = "assertion.subject.dn.o"
  }

  x509 {
    trust_store {
      trust_anchors {
        pem_certificate = file("ca.crt")
      }
    }
  }
}

resource "google_service_account" "image_puller" {
  project    = "imagecred-prod"
  account_id = "image-puller"
}

resource "google_service_account_iam_member" "image_puller" {
  service_account_id = google_service_account.image_puller.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principalSet://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/image-pulls/attribute.organization/system:nodes"
}

resource "google_artifact_registry_repository_iam_member" "image_puller" {
  project    = "imagecred-prod"
  location   = "us-central1"
  repository = "repo"
  role       = "roles/artifactregistry.reader"
  member     = google_service_account.image_puller.member
}
