/* Exercice : client UDP avec réponse. */
#include <arpa/inet.h>  /* htons, inet_pton */
#include <errno.h>      /* errno, EAGAIN, EINTR */
#include <netinet/in.h> /* struct sockaddr_in, IPPORT_USERRESERVED */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h> /* struct timeval */
#include <unistd.h>

#define ADRESSE "127.0.0.1" /* du serveur, à modifier selon vos besoins */
#define PORT IPPORT_USERRESERVED /* 5000 */
#define LG_MESSAGE 256
#define DELAI 5  /* secondes que l'on attend une réponse */
#define ESSAIS 3 /* nombre de fois que l'on pose la question */

int main(void)
{
    const char *messageEnvoi = "Hello world !\n";
    char messageRecu[LG_MESSAGE];

    /* Étape 1 : créer un socket UDP et envoyer messageEnvoi, comme dans l'exercice udp-client. */

    /* Étape 2 : recevoir la réponse, l'afficher, et son nombre d'octets. */

    /* Étape 3 : fixer un délai (SO_RCVTIMEO, ou poll) ; s'il est passé, renvoyer le message, ESSAIS fois au plus. */

    /* Étape 4 : toujours rien ? Le dire sur la sortie d'erreur, terminer avec EXIT_FAILURE. */

    /* Étape 5 : la réponse vient-elle bien du serveur ? Comparer son adresse et son port, ou connecter le socket. */

    fprintf(stderr, "client_udp_echange : à compléter (%s, port %d : %zu octets à envoyer, au plus %zu à recevoir, %d x %d s)\n",
            ADRESSE, PORT, strlen(messageEnvoi), sizeof(messageRecu), ESSAIS, DELAI);
    return EXIT_FAILURE;
}
